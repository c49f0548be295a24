//! A watch: a head, then an endless body, on a leg that has heads (one channel of a multiplexed connection). The leg has
//! identified the person already.

use std::time::Instant;

use bytes::Bytes;
use model::{Action, Certainty, Class, Credentials, Facts, Outcome, Phase, Public, Status, Verb};
use wire::{Answer, Ask, Go, Head, Input, Lane, Out, Side, Stop, Stream, Violation, Wanted, Why};

use super::raw::progress;

/// One watch.
pub(super) struct Watch {
    head: Option<Head>,
    go: Option<Go>,
    so_far: u64,
    /// Bytes that may be shown.
    most: u64,
    over: bool,
}

impl Watch {
    /// Begins with the client's head: first the target must be reached.
    pub(super) fn begin(head: Head, out: &mut dyn Out) -> Self {
        out.ask(Side::Client, Ask::Connect(Wanted::default()));
        Self { head: Some(head), go: None, so_far: 0, most: u64::MAX, over: false }
    }

    fn answered(&mut self, answer: Answer, out: &mut dyn Out) {
        match answer {
            Answer::Connected(_) => {
                if let Some(head) = &self.head {
                    out.ask(Side::Client, Ask::Act(action(head)));
                }
            }
            // A body has no rows that could be masked or counted.
            Answer::Go(go, plan) if plan.mask.is_some() || plan.max_rows.is_some() => {
                out.outcome(go, Outcome::of(Status::NotRun), Bytes::new());
                self.refuse(&Public::new(Class::Denied, "what is masked or counted in rows cannot be watched"), out);
            }
            Answer::Go(go, plan) => {
                self.most = plan.max_bytes.unwrap_or(u64::MAX);
                if let Some(head) = self.head.take() {
                    out.head(Side::Target, head, Why::Command(&go));
                    self.go = Some(go);
                }
            }
            Answer::Waiting(notice) => {
                let fields = vec![("why".to_owned(), Bytes::from(notice.to_string()))];
                out.head(Side::Client, Head { line: "waiting".to_owned(), fields }, Why::Reply);
            }
            Answer::Refuse(why) => self.refuse(&why, out),
            Answer::Challenge(_) | Answer::Known(_) | Answer::Derived(_) => {}
        }
    }

    /// More of the body: as much of it as may be shown.
    fn body(&mut self, lane: Lane, mut bytes: Bytes, out: &mut dyn Out) {
        let Some(go) = &self.go else { return };
        let room = usize::try_from(self.most - self.so_far).unwrap_or(usize::MAX);
        let too_much = bytes.len() > room;
        bytes.truncate(room);
        self.so_far = progress(go, self.so_far, bytes.len(), out);
        out.send(Side::Client, lane, bytes, Why::Answer(go.ticket()));
        if too_much {
            self.finish(Status::Failed, "it was too large", out);
        }
    }

    fn refuse(&mut self, why: &Public, out: &mut dyn Out) {
        let fields = vec![("why".to_owned(), Bytes::from(format!("signet: {why}")))];
        out.head(Side::Client, Head { line: "refused".to_owned(), fields }, Why::Reply);
        self.finish(Status::NotRun, "refused", out);
    }

    /// Writes the end down, then lets the client see it.
    fn finish(&mut self, status: Status, cause: &'static str, out: &mut dyn Out) {
        if let Some(go) = self.go.take() {
            out.outcome(go, Outcome::of(status), Bytes::new());
        }
        if !std::mem::replace(&mut self.over, true) {
            out.end(Side::Client);
            out.close(cause);
        }
    }
}

fn action(head: &Head) -> Action {
    let (verb, certainty) = match head.line.as_str() {
        "watch" => (Verb::Read, Certainty::Full),
        _ => (Verb::Unknown, Certainty::Opaque),
    };
    let text = head.fields.iter().fold(head.line.clone().into_bytes(), |mut text, (name, value)| {
        text.extend_from_slice(format!("\n{name}: ").as_bytes());
        text.extend_from_slice(value);
        text
    });
    Action {
        verb,
        name: "WATCH",
        certainty,
        phase: Phase::Run,
        facts: Facts::default(),
        text: text.into(),
        parameters: Vec::new(),
        credentials: Credentials::default(),
        message: None,
        reading: None,
        behind: None,
        readable: Vec::new(),
    }
}

impl Stream for Watch {
    fn input(&mut self, _: Instant, input: Input<'_>, out: &mut dyn Out) -> Result<(), Violation> {
        match input {
            Input::Answer(_, answer) => self.answered(answer, out),
            Input::Head(Side::Target, head) => out.head(Side::Client, head, Why::Reply),
            Input::Data(Side::Target, lane, buffer) => self.body(lane, buffer.split().freeze(), out),
            Input::End(Side::Target, _) => self.finish(Status::Done, "the target ended", out),
            Input::End(Side::Client, _) | Input::Cancel => self.finish(Status::Done, "the client left", out),
            Input::Overdue(_) => self.finish(Status::Failed, "it ran for too long", out),
            Input::Stop(Stop::Cut(_) | Stop::Drain(_)) => self.finish(Status::Unknown, "stopped", out),
            Input::Head(Side::Client, _) | Input::Data(Side::Client, ..) => {
                let what = Public::new(Class::Protocol, "a watch has one head and no body");
                return Err(Violation { side: Side::Client, what });
            }
            Input::Secured(..) | Input::Probed | Input::Wake => {}
        }
        Ok(())
    }

    fn wants(&self, from: Side) -> usize {
        usize::from(from == Side::Target && self.go.is_some())
    }
}
