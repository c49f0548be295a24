//! Where a client knocks: an address, a user, a password.

/// Everything a stock client needs to connect.
#[derive(Clone, Debug)]
pub struct Door {
    pub host: String,
    pub port: u16,
    pub user: String,
    pub password: String,
    pub database: String,
    pub sslmode: &'static str,
    pub sslrootcert: Option<String>,
}

impl Door {
    pub fn user(&self, user: &str) -> Self {
        Self { user: user.into(), ..self.clone() }
    }

    pub fn password(&self, password: &str) -> Self {
        Self { password: password.into(), ..self.clone() }
    }

    pub fn database(&self, database: &str) -> Self {
        Self { database: database.into(), ..self.clone() }
    }

    pub fn host(&self, host: &str) -> Self {
        Self { host: host.into(), ..self.clone() }
    }

    pub fn port(&self, port: u16) -> Self {
        Self { port, ..self.clone() }
    }

    pub fn tls(&self, sslmode: &'static str, sslrootcert: Option<String>) -> Self {
        Self { sslmode, sslrootcert, ..self.clone() }
    }

    /// As libpq, psycopg, asyncpg and node's `pg` read it.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let mut environment = vec![
            ("PGHOST", self.host.clone()),
            ("PGPORT", self.port.to_string()),
            ("PGUSER", self.user.clone()),
            ("PGPASSWORD", self.password.clone()),
            ("PGDATABASE", self.database.clone()),
            ("PGSSLMODE", self.sslmode.to_owned()),
            ("PGCONNECT_TIMEOUT", "20".to_owned()),
        ];
        environment.extend(self.sslrootcert.clone().map(|path| ("PGSSLROOTCERT", path)));
        environment
    }
}
