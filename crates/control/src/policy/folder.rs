//! Takes over the folder of policies whenever it changes.

use std::time::Duration;

use crate::Estate;

/// How soon a change of the folder is seen.
const LOOK: Duration = Duration::from_secs(2);

/// Looks at the folder for as long as it is polled. What cannot be taken over is told once; what is in force stays so.
pub async fn watch_folder(estate: Estate) {
    let mut told = None;
    loop {
        match estate.load_policy_folder().await {
            Ok(None) => told = None,
            Ok(Some(policy)) => {
                told = None;
                tracing::info!(version = policy.number, source = policy.source, "policies were taken over");
            }
            Err(error) => {
                let why = error.to_string();
                if told.as_ref() != Some(&why) {
                    tracing::error!(why, "the folder of policies is not taken over; those before stay in force");
                    told = Some(why);
                }
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}
