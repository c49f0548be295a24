//! The way into TLS with a PostgreSQL server.

use engine::Io;
use model::Resource;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// `SSLRequest`: may this connection be inside TLS?
const MAY_I_ENCRYPT: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// The connection inside TLS, as the resource demands it.
pub(super) async fn encrypt(resource: &Resource, mut socket: TcpStream) -> std::io::Result<impl Io + use<>> {
    socket.write_all(&MAY_I_ENCRYPT).await?;
    // One byte, so that nothing that was sent before TLS is taken for what was said inside.
    match socket.read_u8().await? {
        b'S' => engine::secure(resource, socket).await,
        b'N' => Err(std::io::Error::other("the server does not offer TLS")),
        _ => Err(std::io::Error::other("what answers is no PostgreSQL server")),
    }
}
