//! connect: takes a Permit, fetches the target's secret, dials. Nobody without a Permit gets here. Two callers dial: `reach`,
//! and a probe of the same session (`begin_aside`).

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use model::{Address, Class, Public, Secret, TlsMode};
use ports::Later;
use wire::{Answer, Side, Upstream};

use crate::authorise::{Admitted, Permit};
use crate::fault::Cause;
use crate::house::Premises;
use crate::leg::{ByteLeg, Leg};
use crate::pump::Pump;

/// An open connection to a target.
pub struct Dialled {
    /// The leg.
    pub leg: Box<dyn Leg>,
    /// The address that answered: a cancel must go to the very same one.
    pub peer: SocketAddr,
}

/// How targets are reached: TCP, or pipes in tests.
pub trait Dialer: Send + Sync {
    /// Opens a connection to `address`, or to exactly `peer` when a name has several addresses and one is already in use.
    fn dial(&self, address: &Address, peer: Option<SocketAddr>) -> Later<io::Result<Dialled>>;
}

/// TCP without delay.
pub struct TcpDialer;

impl Dialer for TcpDialer {
    fn dial(&self, address: &Address, peer: Option<SocketAddr>) -> Later<io::Result<Dialled>> {
        let (host, port) = (address.host.clone(), address.port);
        Box::pin(async move {
            let stream = match peer {
                Some(peer) => tokio::net::TcpStream::connect(peer).await?,
                None => tokio::net::TcpStream::connect((host.as_str(), port)).await?,
            };
            stream.set_nodelay(true)?;
            let peer = stream.peer_addr()?;
            Ok(Dialled { leg: Box::new(ByteLeg::new(stream)), peer })
        })
    }
}

/// A session whose target is reached.
pub(crate) struct Live {
    pub(crate) permit: Arc<Permit>,
    pub(crate) peer: SocketAddr,
    /// The target's password, until the leg is inside TLS.
    pub(crate) password: Option<Secret>,
}

/// Opens the stream's leg to the target under the session's Permit.
pub(crate) async fn connect(pump: &mut Pump, admitted: Admitted, premises: &Arc<Premises>) -> Result<(), Cause> {
    let Admitted { permit, ticket } = admitted;
    let reached = pump.during(reach(&permit, premises)).await?;
    match reached {
        Ok((dialled, mut upstream)) => {
            // A stream that has no password yet cannot send it in clear, whatever it is made to believe by the target.
            let password = upstream.password.take_if(|_| upstream.tls != TlsMode::Disable);
            pump.connected(dialled.leg, Live { permit, peer: dialled.peer, password });
            pump.answer(ticket, Answer::Connected(upstream));
            Ok(())
        }
        Err(reason) => {
            pump.answer(ticket, Answer::Refuse(reason));
            Err(pump.finish(Cause::Left(Side::Target)).await)
        }
    }
}

/// Fetches the secret and dials. What failed is for the gateway's log; the client learns that the target is out of reach,
/// not where it is.
async fn reach(permit: &Permit, premises: &Premises) -> Result<(Dialled, Upstream), Public> {
    let house = &premises.house;
    let (resource, account) = (permit.resource(), permit.account());
    let password = house.secrets.fetch(resource, account).await.map_err(|error| {
        tracing::error!(session = %permit.session(), resource = %resource.name, %error, "no credential for the target");
        Public::new(Class::Target, "the gateway has no usable credential for this resource")
            .with_hint("The operators find the cause in the gateway's log.")
    })?;
    let dialled = match tokio::time::timeout(house.limits.dial, house.dialer.dial(&resource.address, None)).await {
        Ok(Ok(dialled)) => dialled,
        Ok(Err(error)) => {
            tracing::warn!(session = %permit.session(), resource = %resource.name, %error, "target unreachable");
            return Err(unreachable());
        }
        Err(_) => {
            tracing::warn!(session = %permit.session(), resource = %resource.name, "target took too long to answer");
            return Err(unreachable());
        }
    };
    let database = permit.database().map(str::to_owned).or_else(|| resource.default_database.clone());
    Ok((dialled, Upstream { user: account.user.clone(), password, tls: resource.tls, database }))
}

fn unreachable() -> Public {
    Public::new(Class::Target, "the resource cannot be reached")
        .with_hint("It may be down; try again, or ask its operators.")
}
