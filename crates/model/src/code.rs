//! The code of users that stands behind the names of a database.

use std::collections::{HashMap, HashSet};

/// The first number that a server gives to what it did not come with.
pub const FIRST_OF_USERS: u32 = 16_384;

/// Stands for code that came with the server, and may change or show anything.
pub const SERVERS_OWN: u32 = 0;

/// An operator of users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// Its number.
    pub id: u32,
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// The types on its left and right; 0 = there is none.
    pub operands: [u32; 2],
    /// The function behind it.
    pub function: u32,
}

/// A way from one type to another that runs a function of users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cast {
    /// From which type.
    pub from: u32,
    /// To which type.
    pub to: u32,
    /// The function.
    pub function: u32,
}

/// Something that a name stands for. Where it is swapped for another, or changed, its number or its stamp is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Object {
    /// A relation, and its stamp.
    Relation(u32, i64),
    /// A function, and its stamp.
    Function(u32, i64),
    /// An operator.
    Operator(u32),
    /// A type.
    Type(u32),
}

/// The code of users in a database: what runs it, and what of it. Of types and functions only those of users stand here.
#[derive(Clone, Debug, Default)]
pub struct Code {
    /// Operators of users.
    pub operators: Vec<Operator>,
    /// Casts that run functions of users.
    pub casts: Vec<Cast>,
    /// Functions that run when a value of the type is made, shown, compared or checked; [`SERVERS_OWN`] among them.
    pub types: HashMap<u32, Vec<u32>>,
    /// Functions that run when the relation is read: of a view's definition, of policies on rows; [`SERVERS_OWN`] among them.
    pub relations: HashMap<u32, Vec<u32>>,
    /// Types of which a value of the type holds others: of a domain, an array, a row, a range.
    pub parts: HashMap<u32, Vec<u32>>,
    /// The type of a relation's rows.
    pub rows: HashMap<u32, u32>,
    /// Types that a value may become without being asked to.
    pub implied: HashSet<u32>,
    /// Types of the arguments that a function must be given.
    pub arguments: HashMap<u32, Vec<u32>>,
    /// Functions that the server makes with each range type: they run nothing but what the type does.
    pub constructors: HashSet<u32>,
    /// Relations that a view reads.
    pub reads: HashMap<u32, Vec<u32>>,
    /// Changes with what a relation is, and with the code that is set off by what is done with it.
    pub relation_stamps: HashMap<u32, i64>,
    /// Changes with what a function is.
    pub function_stamps: HashMap<u32, i64>,
}

impl Code {
    /// Those types, and all that are in values of them.
    pub fn reach(&self, types: impl IntoIterator<Item = u32>) -> HashSet<u32> {
        let mut left: Vec<u32> = types.into_iter().collect();
        let mut found = HashSet::new();
        while let Some(kind) = left.pop() {
            if found.insert(kind) {
                left.extend(self.parts.get(&kind).into_iter().flatten());
            }
        }
        found
    }
}
