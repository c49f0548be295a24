//! TLS on the way: a leg is wrapped when the bytes before the handshake have left.

use std::task::{Context, Poll};

use model::{Class, Public};
use wire::{Input, Route, Side};

use super::Pump;
use super::end::Transport;
use crate::fault::Cause;
use crate::tls::Secured;

impl Pump {
    /// The bytes before the handshake have left: wraps the leg.
    pub(super) fn begin_tls(&mut self, side: Side) {
        let (live, client_tls) = (&self.live, &self.facts.client_tls);
        let end = match side {
            Side::Client => &mut self.client,
            Side::Target => &mut self.target,
        };
        let Some(io) = end.take_leg().and_then(|leg| leg.into_io()) else {
            return self.fault("TLS on a leg that is not a byte transport");
        };
        end.transport = match (side, client_tls, live) {
            (Side::Client, Some(tls), _) => Transport::Securing(Box::pin(tls.clone().accept(io))),
            (Side::Target, _, Some(live)) => {
                Transport::Securing(Box::pin(self.premises.target_tls.connect(live.permit.resource(), io)))
            }
            _ => return self.fault("TLS was asked for where none is configured"),
        };
    }

    pub(super) fn poll_secure(&mut self, side: Side, cx: &mut Context<'_>) -> bool {
        let end = match side {
            Side::Client => &mut self.client,
            Side::Target => &mut self.target,
        };
        let Transport::Securing(handshake) = &mut end.transport else { return false };
        let Poll::Ready(outcome) = handshake.as_mut().poll(cx) else { return false };
        self.out.securing.remove(&side);
        match outcome {
            Ok(Secured { leg, mut facts, server_name }) => {
                end.transport = Transport::Open(leg);
                end.tls = true;
                if side == Side::Target {
                    facts.password = self.live.as_mut().and_then(|live| live.password.take());
                }
                self.tell_secured(side, facts, server_name.as_deref());
            }
            Err(error) => {
                end.transport = Transport::Gone;
                tracing::warn!(session = %self.chain.session(), ?side, %error, "TLS handshake failed");
                self.tls_failed(side);
            }
        }
        true
    }

    pub(super) fn tell_secured(&mut self, side: Side, mut facts: wire::TlsFacts, server_name: Option<&str>) {
        if side == Side::Client && self.facts.route == Route::Named {
            let resource = server_name.and_then(|name| self.premises.house.resources.by_server_name(name));
            if let Some(resource) = resource {
                facts.resource = Some(resource.name.clone());
                self.facts.route = Route::Fixed(resource.name.clone());
            }
        }
        self.tell(Input::Secured(side, facts));
    }

    /// A client without TLS cannot be told anything; it is told when the target's certificate is not the right one.
    fn tls_failed(&mut self, side: Side) {
        if side == Side::Target {
            let reason = Public::new(Class::Target, "the TLS connection to the resource could not be established")
                .with_hint("The operators find the cause in the gateway's log.");
            return self.goodbye(Cause::Tls(side), Some(reason));
        }
        if self.live.is_none() {
            let reason = Public::new(Class::Protocol, "the TLS handshake failed");
            self.out.record(self.signin_refused(reason));
        }
        self.goodbye(Cause::Tls(side), None);
    }
}
