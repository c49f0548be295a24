//! What stands between a value and who is shown it: typed values, and what is done with those of each column of a result.
//! A protocol decodes its own forms into these, and encodes what comes back in the same type and form.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

use crate::catalogue::ColumnId;
use crate::public::Public;

/// The type of a column, as far as masks tell types apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ValueKind {
    /// Text, of at most so many characters.
    Text(Option<u32>),
    /// A whole number of so many bytes: 2, 4 or 8.
    Integer(u8),
    /// A floating-point number of so many bytes: 4 or 8.
    Float(u8),
    /// A decimal number of any precision.
    Decimal,
    /// True or false.
    Bool,
    /// A UUID.
    Uuid,
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// A day and a time, in a zone or without.
    Timestamp,
    /// An IP address or network.
    Network,
    /// JSON.
    Json,
    /// Bytes.
    Bytes,
    /// A list, of any number of dimensions.
    List(Box<ValueKind>),
    /// Any other type: its values can only be shown or be missing.
    Other,
}

/// One value, borrowed from where it came where it can be: there are millions of them in a result. Those of lists are masked
/// one by one.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'v> {
    /// Text.
    Text(Cow<'v, str>),
    /// A whole number.
    Integer(i64),
    /// A floating-point number.
    Float(f64),
    /// A decimal number as text: digits, perhaps with a sign and a point; or `NaN`, `Infinity`, `-Infinity`.
    Decimal(Cow<'v, str>),
    /// True or false.
    Bool(bool),
    /// A UUID.
    Uuid([u8; 16]),
    /// Days since 1970-01-01; the ends of time are the least and the largest number.
    Date(i32),
    /// Microseconds since midnight.
    Time(i64),
    /// Microseconds since 1970-01-01 00:00; the ends of time are the least and the largest number.
    Timestamp(i64),
    /// An address, and the number of bits that belong to the network.
    Network(IpAddr, u8),
    /// JSON as text.
    Json(Cow<'v, str>),
    /// Bytes.
    Bytes(Cow<'v, [u8]>),
}

/// Replaces values of one column.
pub trait Veil: Send + Sync {
    /// What is shown instead of that value, in the same type; `None` = that it is missing. A text is never longer than its
    /// kind allows.
    fn veil<'v>(&self, value: &Value<'v>, kind: &ValueKind) -> Option<Value<'v>>;
}

/// A column of a result, as the target describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnShown {
    /// Its name.
    pub name: String,
    /// Where the target says that its values come from. `None` proves nothing.
    pub origin: Option<ColumnId>,
    /// The number of its type.
    pub type_id: u32,
    /// Its type.
    pub kind: ValueKind,
}

/// What is done with the values of one column.
#[derive(Clone)]
pub enum Treatment {
    /// They are shown.
    Show,
    /// They are said to be missing.
    Null,
    /// They are replaced.
    Veil(Arc<dyn Veil>),
}

/// What masks one result.
pub trait Mask: Send + Sync {
    /// What is done with each column of a result, in their order.
    ///
    /// # Errors
    /// When it cannot be masked: it is not shown at all, and the client is told this.
    fn columns(&self, columns: &[ColumnShown]) -> Result<Vec<Treatment>, Public>;

    /// The same for a bulk copy, of which the target tells no more than how many columns come. `kind_of` says what kind of
    /// values the type of that number has; the kinds that come back are those of the columns, as far as they are known.
    ///
    /// # Errors
    /// As above.
    fn copied(&self, count: usize, kind_of: &dyn Fn(u32) -> ValueKind) -> Result<Vec<(Treatment, ValueKind)>, Public>;

    /// Whether the target's own words for it (errors, notices) may hold values that are masked, so that they are replaced.
    fn scrubs(&self) -> bool;
}
