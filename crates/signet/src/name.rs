//! The name of this gateway among those that share a store: random, made at the first start, and kept in the data folder. A
//! path would not do: two machines have the same ones, and each would take what waits at the other for its own.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::{Context, bail};
use uuid::Uuid;

/// The file in the data folder.
const FILE: &str = "gateway.id";

/// The name; made when there is none yet.
pub(crate) fn gateway(data_dir: &Path) -> anyhow::Result<Uuid> {
    let path = data_dir.join(FILE);
    match fs::read_to_string(&path) {
        Ok(text) => match text.trim_end().parse() {
            Ok(name) => Ok(name),
            Err(_) => bail!("{} is no name of a gateway; remove it, and a new one is made", path.display()),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => {
            make(data_dir, &path).with_context(|| format!("writing {}", path.display()))
        }
        Err(error) => Err(error).with_context(|| format!("reading {}", path.display())),
    }
}

/// Whole or not at all, whenever the machine stops.
fn make(data_dir: &Path, path: &Path) -> anyhow::Result<Uuid> {
    let name = Uuid::now_v7();
    let beside = data_dir.join(format!("{FILE}.new"));
    let mut file = fs::File::create(&beside)?;
    writeln!(file, "{name}")?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    fs::File::open(data_dir)?.sync_all()?;
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_keeps_its_name_and_no_other_has_it() {
        let folder = std::env::temp_dir().join(format!("signet-binary-{}-name", std::process::id()));
        let folders = ["one", "other"].map(|name| folder.join(name));
        folders.iter().for_each(|folder| fs::create_dir_all(folder).unwrap());
        let [one, other] = folders.each_ref().map(|folder| gateway(folder).unwrap());
        let again = gateway(&folders[0]).unwrap();
        fs::write(folders[0].join(FILE), "").unwrap();
        let damaged = gateway(&folders[0]);
        fs::remove_dir_all(&folder).unwrap();
        assert!(one == again && one != other);
        assert!(damaged.unwrap_err().to_string().contains("is no name of a gateway"));
    }
}
