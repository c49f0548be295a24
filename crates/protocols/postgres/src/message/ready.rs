//! ReadyForQuery: the target waits for commands, and says whether a transaction is open.

use wire::{Malformed, Reader};

/// The state of the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transaction {
    Idle,
    Open,
    Failed,
}

pub(crate) fn parse(body: &[u8]) -> Result<Transaction, Malformed> {
    let mut reader = Reader::new(body);
    let transaction = match reader.u8()? {
        b'I' => Transaction::Idle,
        b'T' => Transaction::Open,
        b'E' => Transaction::Failed,
        _ => return Err(Malformed("a transaction is in no known state")),
    };
    reader.finish()?;
    Ok(transaction)
}

/// ReadyForQuery outside a transaction.
pub(crate) const IDLE: &[u8] = b"Z\0\0\0\x05I";
