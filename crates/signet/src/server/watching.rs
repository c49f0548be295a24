//! Watches the journal for the operators: how far its log is behind, what is in the way of publishing, and why it failed.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use evidence::{FileJournal, Standing};
use operations::Operations;
use ports::Journal;

/// How often it is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// When nothing could be published for so long, the gateway is degraded.
const PATIENCE: Duration = Duration::from_secs(60);

/// Watches until the journal fails.
pub(super) async fn watch(journal: Arc<FileJournal>, operations: Arc<Operations>) {
    let mut watch = Watch::default();
    while !journal.failed() {
        // In this order, so that the log is never ahead.
        let standing = journal.standing();
        let seen = watch.look(standing, journal.durable().0, Instant::now());
        operations.metrics.unpublished(seen.behind);
        operations.unpublished.store(seen.stuck, Ordering::Relaxed);
        match seen.news {
            Some(Some(trouble)) => {
                tracing::warn!(trouble, "the log cannot be published; it is tried again each second")
            }
            Some(None) => tracing::info!("the log is published again"),
            None => {}
        }
        tokio::time::sleep(LOOK).await;
    }
    let why = journal.failure().unwrap_or_default();
    tracing::error!(why, "the journal takes no records: nothing is let through until the gateway is started again");
}

/// What was seen so far.
#[derive(Default)]
struct Watch {
    standing: Standing,
    /// Since when there is something to publish and nothing was.
    since: Option<Instant>,
}

/// What is seen now.
struct Seen {
    /// Records that are durable and not published.
    behind: u64,
    /// What is in the way, or nothing any more, when that is another than before.
    news: Option<Option<String>>,
    /// Nothing could be published for a long time.
    stuck: bool,
}

impl Watch {
    fn look(&mut self, standing: Standing, durable: u64, now: Instant) -> Seen {
        let behind = durable.saturating_sub(standing.published);
        if behind == 0 || standing.published != self.standing.published {
            self.since = None;
        }
        if behind > 0 {
            self.since.get_or_insert(now);
        }
        let news = (standing.trouble != self.standing.trouble).then(|| standing.trouble.clone());
        self.standing = standing;
        let stuck = self.since.is_some_and(|since| now.saturating_duration_since(since) >= PATIENCE);
        Seen { behind, news, stuck }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(published: u64, trouble: Option<&str>) -> Standing {
        Standing { published, trouble: trouble.map(str::to_owned) }
    }

    #[test]
    fn what_is_in_the_way_is_told_once_and_its_end_too() {
        let (mut watch, now) = (Watch::default(), Instant::now());
        let mut news = |trouble| watch.look(standing(5, trouble), 5, now).news;
        assert_eq!(news(None), None);
        assert_eq!(news(Some("full")), Some(Some("full".to_owned())));
        assert_eq!(news(Some("full")), None);
        assert_eq!(news(Some("quota")), Some(Some("quota".to_owned())));
        assert_eq!(news(None), Some(None));
    }

    #[test]
    fn a_log_that_stands_still_for_a_minute_is_stuck_whatever_the_reason() {
        let (mut watch, start) = (Watch::default(), Instant::now());
        let mut look = |published, durable, seconds| {
            let seen = watch.look(standing(published, None), durable, start + Duration::from_secs(seconds));
            (seen.behind, seen.stuck)
        };
        assert_eq!(look(5, 7, 0), (2, false));
        assert_eq!(look(5, 9, 59), (4, false));
        assert_eq!(look(5, 9, 60), (4, true));
        assert_eq!(look(6, 9, 61), (3, false), "it moves");
        assert_eq!(look(9, 9, 200), (0, false));
        assert_eq!(look(9, 10, 300), (1, false), "nothing was there to publish");
    }
}
