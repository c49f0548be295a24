//! What an error or a notice of the target means by its SQLSTATE alone, in words of ours.

use crate::sqlstate::Code;

/// Codes of which more can be said than of their class.
const CODES: &[(&str, &str)] = &[
    ("21000", "a subquery that is used as one value has more than one row"),
    ("22001", "a value is too long for its type"),
    ("22003", "a number is out of the range of its type"),
    ("22007", "a text is not a valid date or time"),
    ("22008", "a date or time is out of range"),
    ("22012", "division by zero"),
    ("22023", "a parameter has a value that cannot be taken"),
    ("22P02", "a text is not a valid value of its type"),
    ("22P03", "a binary value is not one of its type"),
    ("23502", "a value is missing that may not be missing"),
    ("23503", "a row refers to one that does not exist, or is referred to"),
    ("23505", "a value that must be unique is there already"),
    ("23514", "a row does not meet a check of its table"),
    ("23P01", "a row conflicts with another under an exclusion constraint"),
    ("25001", "a transaction is open in which this cannot be done"),
    ("25006", "this cannot be done in a read-only transaction"),
    ("25P01", "no transaction is open"),
    ("25P02", "current transaction is aborted, commands ignored until end of transaction block"),
    ("25P03", "the transaction was idle for too long"),
    ("26000", "the prepared statement does not exist"),
    ("34000", "the cursor or portal does not exist"),
    ("40001", "the transaction conflicts with another; it can be tried again"),
    ("40P01", "deadlock detected"),
    ("42501", "permission denied"),
    ("42601", "syntax error"),
    ("42702", "a column name is ambiguous"),
    ("42703", "a column does not exist"),
    ("42704", "an object does not exist"),
    ("42710", "an object exists already"),
    ("42803", "a column must be grouped or aggregated"),
    ("42804", "types do not agree"),
    ("42883", "a function or operator does not exist for these types"),
    ("42P01", "a relation does not exist"),
    ("42P07", "a relation exists already"),
    ("42P18", "the type of a parameter cannot be told"),
    ("53200", "the target is out of memory"),
    ("53300", "the target has no connection left to give"),
    ("54001", "the statement is too complex"),
    ("55006", "an object is in use"),
    ("55P03", "a lock could not be had at once"),
    ("57014", "canceling statement"),
    ("57P01", "terminating connection due to administrator command"),
    ("57P02", "terminating connection because of a crash at the target"),
    ("57P03", "the target is starting up or shutting down"),
    ("57P05", "the session was idle for too long"),
    ("P0001", "code at the target has raised an error"),
    ("P0002", "code at the target found no row"),
    ("P0003", "code at the target found more than one row"),
    ("P0004", "an assertion of code at the target failed"),
];

/// Classes: the first two characters.
const CLASSES: &[(&str, &str)] = &[
    ("00", "the target has a remark"),
    ("01", "the target warns"),
    ("02", "there are no data"),
    ("08", "a connection failed at the target"),
    ("09", "an action of a trigger failed"),
    ("0A", "the target does not support this"),
    ("21", "the number of rows or columns does not fit"),
    ("22", "a value cannot be processed"),
    ("23", "a constraint is violated"),
    ("24", "the cursor is in a state in which this cannot be done"),
    ("25", "the transaction is in a state in which this cannot be done"),
    ("26", "the statement name is not valid"),
    ("27", "a trigger has changed the data of the command"),
    ("28", "the target did not accept who is acting"),
    ("2B", "something depends on these privileges"),
    ("2D", "the transaction cannot be ended here"),
    ("2F", "a routine failed"),
    ("34", "the cursor name is not valid"),
    ("38", "an external routine failed"),
    ("39", "an external routine was called wrongly"),
    ("3B", "the savepoint is not valid"),
    ("3D", "the database name is not valid"),
    ("3F", "the schema name is not valid"),
    ("40", "the transaction was rolled back"),
    ("42", "the statement cannot be carried out as it is written"),
    ("44", "a row does not meet the check of its view"),
    ("53", "the target has not enough resources"),
    ("54", "a limit of the target is exceeded"),
    ("55", "an object is in a state in which this cannot be done"),
    ("57", "an operator has intervened at the target"),
    ("58", "the system of the target failed"),
    ("72", "a snapshot is too old"),
    ("F0", "a configuration file of the target has an error"),
    ("HV", "a foreign data wrapper failed"),
    ("P0", "code at the target failed"),
    ("XX", "the target has an internal error"),
];

/// What a code means.
pub(crate) fn of(code: Option<Code>) -> &'static str {
    let code = code.as_ref().map_or("", Code::as_str);
    let find = |table: &'static [(&str, &str)], key: &str| {
        table
            .binary_search_by(|(known, _)| (*known).cmp(key))
            .ok()
            .and_then(|at| table.get(at))
            .map(|(_, words)| *words)
    };
    find(CODES, code)
        .or_else(|| find(CLASSES, code.get(..2).unwrap_or_default()))
        .unwrap_or("the target reports something under this code")
}

#[cfg(test)]
mod tests {
    use super::{CLASSES, CODES, of};
    use crate::sqlstate::Code;

    #[test]
    fn the_tables_are_in_order() {
        assert!(CODES.is_sorted_by(|a, b| a.0 < b.0), "codes");
        assert!(CLASSES.is_sorted_by(|a, b| a.0 < b.0), "classes");
    }

    #[test]
    fn a_code_has_its_words_or_those_of_its_class() {
        assert_eq!(of(Code::parse(b"23505")), "a value that must be unique is there already");
        assert_eq!(of(Code::parse(b"23ZZZ")), "a constraint is violated");
        assert_eq!(of(Code::parse(b"ZZZZZ")), of(None));
    }
}
