//! The names that PostgreSQL gives to columns of a result that have none.

use pg_query::NodeEnum;
use pg_query::protobuf::{
    JsonExprOp, MinMaxOp, Node, ResTarget, SelectStmt, SqlValueFunctionOp, SubLinkType, XmlExprOp,
};

use crate::names::string;

/// The name of a column of a result.
pub(super) fn of_target(target: &ResTarget) -> String {
    if !target.name.is_empty() {
        return target.name.clone();
    }
    let name = target.val.as_deref().and_then(|node| node.node.as_ref()).and_then(of);
    name.map_or_else(|| "?column?".to_owned(), |(name, _)| name)
}

/// A name, and whether it is more than the name of a type or of CASE.
fn of(node: &NodeEnum) -> Option<(String, bool)> {
    let named = |name: &str| Some((name.to_owned(), true));
    match node {
        NodeEnum::ColumnRef(reference) => named(reference.fields.iter().filter_map(string).next_back()?),
        NodeEnum::AIndirection(indirection) => match indirection.indirection.iter().filter_map(string).next_back() {
            Some(name) => named(name),
            None => inner(indirection.arg.as_deref()),
        },
        NodeEnum::FuncCall(call) => named(call.funcname.iter().filter_map(string).next_back()?),
        NodeEnum::AExpr(operation) if operation.kind() == pg_query::protobuf::AExprKind::AexprNullif => named("nullif"),
        NodeEnum::TypeCast(cast) => match inner(cast.arg.as_deref()) {
            Some((name, true)) => named(&name),
            weaker => {
                let kind = cast.type_name.as_ref().and_then(|kind| kind.names.iter().filter_map(string).next_back());
                kind.map(|name| (name.to_owned(), false)).or(weaker)
            }
        },
        NodeEnum::CollateClause(collate) => inner(collate.arg.as_deref()),
        NodeEnum::GroupingFunc(_) => named("grouping"),
        NodeEnum::MergeSupportFunc(_) => named("merge_action"),
        NodeEnum::SubLink(link) => match link.sub_link_type() {
            SubLinkType::ExistsSublink => named("exists"),
            SubLinkType::ArraySublink => named("array"),
            SubLinkType::ExprSublink => of_query(link.subselect.as_deref()?),
            _ => None,
        },
        NodeEnum::CaseExpr(case) => match inner(case.defresult.as_deref()) {
            Some((name, true)) => named(&name),
            _ => Some(("case".to_owned(), false)),
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

fn inner(node: Option<&Node>) -> Option<(String, bool)> {
    of(node?.node.as_ref()?)
}

/// The name of the one column of a query in parentheses.
fn of_query(query: &Node) -> Option<(String, bool)> {
    let Some(NodeEnum::SelectStmt(select)) = &query.node else { return None };
    let mut select: &SelectStmt = select;
    while let Some(left) = select.larg.as_deref() {
        select = left;
    }
    if !select.values_lists.is_empty() {
        return Some(("column1".to_owned(), true));
    }
    let Some(NodeEnum::ResTarget(target)) = select.target_list.first().and_then(|node| node.node.as_ref()) else {
        return None;
    };
    if target.name.is_empty() { inner(target.val.as_deref()) } else { Some((target.name.clone(), true)) }
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
