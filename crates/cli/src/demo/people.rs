//! Who works with the gateway: somebody with psql and a token, and somebody who approves.

use std::process::Command;

use rustix::process::Signal;

use super::house::House;
use super::process::{Done, Running, answer, command};
use super::screen::Screen;
use crate::failure::Outcome;

/// Somebody who uses the database through the gateway.
pub(super) struct User {
    name: &'static str,
    pub(super) token: String,
}

impl User {
    /// Gives them a token, as those who run the gateway do.
    pub(super) fn new(name: &'static str, house: &House) -> Outcome<Self> {
        Ok(Self { name, token: token(name, house)? })
    }

    /// psql as they have it: only address, name and password differ from what they are used to.
    pub(super) fn psql(&self, house: &House) -> Command {
        let mut psql = command(&house.psql);
        psql.args(["-X", "-P", "pager=off"]).env("PGPASSWORD", &self.token).arg(self.address(house));
        psql
    }

    /// How psql finds the shop.
    pub(super) fn address(&self, house: &House) -> String {
        let port = house.ports.gateway;
        format!("host=127.0.0.1 port={port} user={} dbname=shop sslmode=require", self.name)
    }

    /// Types one statement, and shows what psql shows.
    pub(super) fn types(&self, sql: &str, house: &House, screen: &mut Screen<'_>) -> Outcome<Done> {
        screen.typed("shop=>", &format!("{sql};"))?;
        let mut psql = self.psql(house);
        psql.args(["-c", sql]);
        let done = house.run(psql)?;
        screen.said(&done.said)?;
        Ok(done)
    }

    /// Begins a psql that goes on by itself.
    pub(super) fn begins(&self, words: &[&str], house: &House) -> Outcome<Running> {
        let mut psql = self.psql(house);
        psql.args(words);
        Running::start(psql, house.path(self.name), Signal::TERM)
    }
}

/// Somebody who is signed in at the gateway's interface.
pub(super) struct Approver {
    name: &'static str,
}

impl Approver {
    pub(super) fn new(name: &'static str, house: &House) -> Outcome<Self> {
        let approver = Self { name };
        let token = token(name, house)?;
        let mut login = approver.signet(house);
        login.args(["login", "--as", name, "--server"]).arg(format!("https://127.0.0.1:{}", house.ports.api));
        login.arg("--ca").arg(house.path("gateway/tls/ca.crt")).env("SIGNET_TOKEN", token);
        house.run(login)?.ok()?;
        Ok(approver)
    }

    /// `signet` as they type it.
    fn signet(&self, house: &House) -> Command {
        let mut signet = command(house.program());
        signet.arg("--credentials").arg(house.path(&format!("{}.credentials", self.name)));
        signet
    }

    pub(super) fn does(&self, words: &[&str], house: &House) -> Outcome<Done> {
        let mut signet = self.signet(house);
        signet.args(words);
        house.run(signet)
    }

    /// What it answers them, for programs to read.
    pub(super) fn asks(&self, words: &[&str], house: &House) -> Outcome<String> {
        let mut signet = self.signet(house);
        signet.args(words);
        answer(signet)
    }
}

/// A token of that person.
fn token(name: &str, house: &House) -> Outcome<String> {
    house.operator(&["token", "create", name, "--ttl", "8h"])
}
