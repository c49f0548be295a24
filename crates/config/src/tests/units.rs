//! Durations and address ranges.

use std::time::Duration;

use crate::{Network, Span};

#[test]
fn durations() {
    for (text, seconds) in [("30s", 30), ("15m", 900), ("8h", 28_800), ("1h30m", 5_400), ("30d", 2_592_000), ("0s", 0)]
    {
        assert_eq!(text.parse(), Ok(Span::seconds(seconds)), "{text}");
    }
    assert_eq!("500ms".parse(), Ok(Span(Duration::from_millis(500))));
    for bad in ["", "30", "s", "-1s", "1.5h", "1 h", "8H", "99999999999999999999s", "999999999999999999d", "1h30"] {
        assert!(bad.parse::<Span>().is_err(), "{bad}");
    }
    for text in ["30s", "1h30m", "1d", "1m500ms", "0s"] {
        assert_eq!(text.parse::<Span>().unwrap().to_string(), text);
    }
}

#[test]
fn networks() {
    let shown = |text: &str| text.parse::<Network>().unwrap().to_string();
    assert_eq!(shown("10.0.0.0/8"), "10.0.0.0/8");
    assert_eq!(shown("192.0.2.7"), "192.0.2.7/32");
    assert_eq!(shown("2001:db8::/32"), "2001:db8::/32");
    assert_eq!(shown("::1"), "::1/128");
    for bad in ["10.0.0.0/33", "::/129", "10.0.0/8", "x", "10.0.0.0/", "10.0.0.0/-1"] {
        assert!(bad.parse::<Network>().is_err(), "{bad}");
    }
}
