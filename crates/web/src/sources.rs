//! Where connections come from: one source has a part of the places only, so that it cannot keep all others out.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// Connections that one source may have at a time.
pub(crate) const OF_ONE_SOURCE: u32 = 128;

/// Connections by source. There are no more sources than connections.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources(Arc<Mutex<HashMap<IpAddr, u32>>>);

/// A connection that counts until this is dropped.
#[derive(Debug)]
pub(crate) struct Counted {
    sources: Sources,
    source: IpAddr,
}

impl Sources {
    /// One more connection from there; `None` when there are too many already.
    pub(crate) fn one_more(&self, from: IpAddr) -> Option<Counted> {
        let source = source(from);
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(source).or_default();
        if *count >= OF_ONE_SOURCE {
            return None;
        }
        *count = count.saturating_add(1);
        Some(Counted { sources: self.clone(), source })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut open = self.sources.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.source) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.remove(&self.source);
            }
        }
    }
}

/// What counts as one source: an address, and of IPv6 the whole /64, which one machine has.
pub(crate) fn source(from: IpAddr) -> IpAddr {
    match from.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_source_has_its_part_and_gives_back_what_it_leaves() {
        let sources = Sources::default();
        let from = |text: &str| text.parse::<IpAddr>().unwrap();
        let mut open: Vec<_> = (0..OF_ONE_SOURCE).map(|_| sources.one_more(from("192.0.2.1")).unwrap()).collect();
        assert!(sources.one_more(from("192.0.2.1")).is_none());
        assert!(sources.one_more(from("::ffff:192.0.2.1")).is_none(), "the same machine");
        let other = sources.one_more(from("192.0.2.2"));
        assert!(other.is_some());
        open.pop();
        open.push(sources.one_more(from("192.0.2.1")).unwrap());
        assert!(sources.one_more(from("192.0.2.1")).is_none());
        drop((open, other));
        assert!(sources.0.lock().unwrap().is_empty(), "nothing is kept of who has left");
    }
}
