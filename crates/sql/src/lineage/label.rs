//! The names that PostgreSQL gives to columns of a result that have none.

use pg_query::NodeEnum;
use pg_query::protobuf::{JsonExprOp, MinMaxOp, Node, ResTarget, SqlValueFunctionOp, SubLinkType, XmlExprOp};

use crate::names::string;

/// A name, `None` when it is not known here; and whether it is more than the name of a type or of CASE.
type Label = (Option<String>, bool);

/// The name of a column of a result; `None` when it may be any.
pub(super) fn of_target(target: &ResTarget) -> Option<String> {
    if !target.name.is_empty() {
        return Some(target.name.clone());
    }
    inner(target.val.as_deref()).map_or_else(|| Some("?column?".to_owned()), |(name, _)| name)
}

/// The name that a function in FROM has without an alias.
pub(super) fn of_call(call: &Node) -> Option<String> {
    inner(Some(call))?.0
}

fn of(node: &NodeEnum) -> Option<Label> {
    let named = |name: &str| Some((Some(name.to_owned()), true));
    match node {
        NodeEnum::ColumnRef(reference) => named(reference.fields.iter().filter_map(string).next_back()?),
        NodeEnum::AIndirection(indirection) => match indirection.indirection.iter().filter_map(string).next_back() {
            Some(name) => named(name),
            None => inner(indirection.arg.as_deref()),
        },
        NodeEnum::FuncCall(call) => named(call.funcname.iter().filter_map(string).next_back()?),
        NodeEnum::AExpr(operation) if operation.kind() == pg_query::protobuf::AExprKind::AexprNullif => named("nullif"),
        NodeEnum::TypeCast(cast) => match inner(cast.arg.as_deref()) {
            Some((name, true)) => Some((name, true)),
            weaker => {
                let kind = cast.type_name.as_ref().and_then(|kind| kind.names.iter().filter_map(string).next_back());
                kind.map(|name| (Some(name.to_owned()), false)).or(weaker)
            }
        },
        NodeEnum::CollateClause(collate) => inner(collate.arg.as_deref()),
        NodeEnum::GroupingFunc(_) => named("grouping"),
        NodeEnum::MergeSupportFunc(_) => named("merge_action"),
        NodeEnum::SubLink(link) => match link.sub_link_type() {
            SubLinkType::ExistsSublink => named("exists"),
            SubLinkType::ArraySublink => named("array"),
            // That of the query's column, which may be what a `*` stands for.
            SubLinkType::ExprSublink => Some((None, true)),
            _ => None,
        },
        NodeEnum::CaseExpr(case) => match inner(case.defresult.as_deref()) {
            Some((name, true)) => Some((name, true)),
            _ => Some((Some("case".to_owned()), false)),
        },
        NodeEnum::AArrayExpr(_) => named("array"),
        NodeEnum::RowExpr(_) => named("row"),
        NodeEnum::CoalesceExpr(_) => named("coalesce"),
        NodeEnum::MinMaxExpr(most) => named(if most.op() == MinMaxOp::IsLeast { "least" } else { "greatest" }),
        NodeEnum::SqlvalueFunction(function) => named(of_keyword(function.op())),
        NodeEnum::XmlExpr(xml) => match xml.op() {
            XmlExprOp::IsXmlconcat => named("xmlconcat"),
            XmlExprOp::IsXmlelement => named("xmlelement"),
            XmlExprOp::IsXmlforest => named("xmlforest"),
            XmlExprOp::IsXmlparse => named("xmlparse"),
            XmlExprOp::IsXmlpi => named("xmlpi"),
            XmlExprOp::IsXmlroot => named("xmlroot"),
            _ => None,
        },
        NodeEnum::XmlSerialize(_) => named("xmlserialize"),
        NodeEnum::JsonParseExpr(_) => named("json"),
        NodeEnum::JsonScalarExpr(_) => named("json_scalar"),
        NodeEnum::JsonSerializeExpr(_) => named("json_serialize"),
        NodeEnum::JsonObjectConstructor(_) => named("json_object"),
        NodeEnum::JsonArrayConstructor(_) | NodeEnum::JsonArrayQueryConstructor(_) => named("json_array"),
        NodeEnum::JsonObjectAgg(_) => named("json_objectagg"),
        NodeEnum::JsonArrayAgg(_) => named("json_arrayagg"),
        NodeEnum::JsonFuncExpr(json) => match json.op() {
            JsonExprOp::JsonExistsOp => named("json_exists"),
            JsonExprOp::JsonQueryOp => named("json_query"),
            JsonExprOp::JsonValueOp => named("json_value"),
            _ => None,
        },
        _ => None,
    }
}

fn inner(node: Option<&Node>) -> Option<Label> {
    of(node?.node.as_ref()?)
}

fn of_keyword(keyword: SqlValueFunctionOp) -> &'static str {
    use SqlValueFunctionOp as Op;
    match keyword {
        Op::SvfopCurrentDate => "current_date",
        Op::SvfopCurrentTime | Op::SvfopCurrentTimeN => "current_time",
        Op::SvfopCurrentTimestamp | Op::SvfopCurrentTimestampN => "current_timestamp",
        Op::SvfopLocaltime | Op::SvfopLocaltimeN => "localtime",
        Op::SvfopLocaltimestamp | Op::SvfopLocaltimestampN => "localtimestamp",
        Op::SvfopCurrentRole => "current_role",
        Op::SvfopCurrentUser => "current_user",
        Op::SvfopUser => "user",
        Op::SvfopSessionUser => "session_user",
        Op::SvfopCurrentCatalog => "current_catalog",
        Op::SvfopCurrentSchema => "current_schema",
        Op::SqlvalueFunctionOpUndefined => "?column?",
    }
}
