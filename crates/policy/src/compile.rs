//! From the text of files to a set of policies, all or nothing, with every problem told at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use cedar_policy::{Effect, ParseErrors, Policy, PolicyId, ResourceConstraint, ValidationMode, Validator};
use miette::Diagnostic;
use model::Requirement;
use sha2::{Digest, Sha256};

use crate::annotations::{self, Terms, is_hidden, plain};
use crate::problem::{LoadError, Problem, line_of};
use crate::remedy;
use crate::reveal;
use crate::schema::schema;
use crate::set::{Compiled, PolicySet, Rule};

/// A file of policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name, for messages.
    pub name: String,
    /// Policies in Cedar's syntax.
    pub text: String,
}

/// Compiles policies. `number` orders versions: an engine takes only higher ones.
///
/// # Errors
/// With all that is wrong, when anything is.
pub fn compile(number: u64, files: &[File]) -> Result<PolicySet, LoadError> {
    let mut found = Found::default();
    for file in files {
        found.hidden(file);
        match file.text.parse::<cedar_policy::PolicySet>() {
            Ok(set) => found.file(file, &set),
            Err(errors) => found.unparsed(file, &errors),
        }
    }
    found.validate(files);
    let Found { rules, mut problems, warnings } = found;
    if problems.is_empty() {
        match Compiled::new(number, &digest(files), rules, warnings) {
            Ok(compiled) => return Ok(PolicySet { inner: Arc::new(compiled) }),
            Err(error) => {
                problems.push(Problem { file: String::new(), line: 0, cause: error.to_string(), remedy: None })
            }
        }
    }
    problems.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    Err(LoadError { problems })
}

/// Six digits of SHA-256 over names and texts, in the order of names.
fn digest(files: &[File]) -> String {
    let mut sorted: Vec<&File> = files.iter().collect();
    sorted.sort_by(|a, b| a.name.cmp(&b.name));
    let mut hash = Sha256::new();
    for part in sorted.iter().flat_map(|file| [&file.name, &file.text]) {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(3).map(|byte| format!("{byte:02x}")).collect()
}

#[derive(Default)]
struct Found {
    rules: BTreeMap<String, Rule>,
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
}

impl Found {
    /// What runs must be what is read.
    fn hidden(&mut self, file: &File) {
        if let Some((at, hidden)) = file.text.char_indices().find(|(_, c)| is_hidden(*c)) {
            let cause = format!("the text holds a character that cannot be seen: {}", hidden.escape_unicode());
            let remedy = "Leave it out, so that the text means what it looks like.".to_owned();
            self.wrong(file, line_of(&file.text, at), (cause, remedy));
        }
    }

    fn unparsed(&mut self, file: &File, errors: &ParseErrors) {
        for error in errors.iter() {
            let offset = error.labels().and_then(|mut labels| labels.next()).map_or(0, |label| label.offset());
            let remedy = error.help().map(|help| help.to_string());
            let line = line_of(&file.text, offset);
            self.problems.push(Problem { file: file.name.clone(), line, cause: error.to_string(), remedy });
        }
    }

    fn file(&mut self, file: &File, set: &cedar_policy::PolicySet) {
        if let Some(template) = set.templates().next() {
            let line = line_of(&file.text, file.text.find(&template.to_cedar()).unwrap_or(0));
            let remedy = "Name the principal and the resource.";
            self.wrong(file, line, ("a policy with ?slots is not used here".to_owned(), remedy.to_owned()));
        }
        let mut policies: Vec<&Policy> = set.policies().collect();
        // Cedar numbers them as they stand: policy0, policy1.
        policies.sort_by_key(|policy| (policy.id().to_string().len(), policy.id().to_string()));
        let mut from = 0;
        for policy in policies {
            let text = policy.to_cedar().unwrap_or_default();
            let at = file.text.get(from..).and_then(|rest| rest.find(&text)).map_or(from, |at| from + at);
            from = at + text.len();
            let line = line_of(&file.text, at);
            self.policy(file, line, policy, text);
        }
    }

    fn policy(&mut self, file: &File, line: usize, policy: &Policy, text: String) {
        let (terms, wrong) = annotations::read(policy.effect(), policy.annotations());
        for wrong in wrong {
            self.wrong(file, line, wrong);
        }
        let Some(id) = policy.annotation("id").and_then(|id| plain(id, 400)) else {
            let remedy = "Write @id(\"a-name-of-1-to-400-characters\") before the policy; answers and records name it.";
            return self.wrong(file, line, ("the policy has no @id, or not a good one".to_owned(), remedy.to_owned()));
        };
        let tree = match policy.to_pst() {
            Ok(tree) => tree.body().clone(),
            Err(error) => return self.wrong(file, line, (error.to_string(), String::new())),
        };
        for wrong in reveal::wrong(policy, &terms).into_iter().chain(approvals(&tree, &terms)) {
            self.wrong(file, line, wrong);
        }
        if terms.observe.is_some() && !names_resources(policy) {
            let remedy = "Write resource == Resource::\"...\" or resource in Env::\"...\" in its scope.";
            self.wrong(
                file,
                line,
                ("@observe is for named resources, and this is for all".to_owned(), remedy.to_owned()),
            );
        }
        let policy = policy.new_id(PolicyId::new(&id));
        let rule = Rule { id: id.clone(), policy, tree, terms, file: file.name.clone(), line, text };
        if let Some(first) = self.rules.get(&id) {
            let remedy =
                format!("It is the id of the policy at {}:{} already; give this one another.", first.file, first.line);
            return self.wrong(file, line, (format!("@id({id:?}) is there twice"), remedy));
        }
        self.rules.insert(id, rule);
    }

    fn wrong(&mut self, file: &File, line: usize, (cause, remedy): (String, String)) {
        let remedy = (!remedy.is_empty()).then_some(remedy);
        self.problems.push(Problem { file: file.name.clone(), line, cause, remedy });
    }

    /// Checks names and types against the schema, strictly.
    fn validate(&mut self, files: &[File]) {
        let policies = self.rules.values().map(|rule| rule.policy.clone());
        let Ok(set) = cedar_policy::PolicySet::from_policies(policies) else { return };
        let result = Validator::new(schema().clone()).validate(&set, ValidationMode::Strict);
        let told = |id: &PolicyId, told: &dyn Diagnostic| {
            let rule = self.rules.get(id.to_string().as_str())?;
            let text = files.iter().find(|file| file.name == rule.file).map_or("", |file| file.text.as_str());
            let offset = told.labels().and_then(|mut labels| labels.next()).map(|label| label.offset());
            Some(Problem {
                file: rule.file.clone(),
                line: offset.map_or(rule.line, |offset| line_of(text, offset)),
                cause: told.to_string(),
                remedy: told.help().map(|help| help.to_string()),
            })
        };
        let errors = result.validation_errors().filter_map(|error| told(error.policy_id(), error));
        self.problems.extend(errors.collect::<Vec<_>>());
        let warnings = result.validation_warnings().filter_map(|warning| told(warning.policy_id(), warning));
        self.warnings = warnings.collect();
    }
}

/// What is wrong with the approvals that a policy names.
fn approvals(tree: &cedar_policy::pst::Template, terms: &Terms) -> Vec<annotations::Wrong> {
    let mut wrong = Vec::new();
    for text in remedy::looked_for(tree) {
        if let Err(error) = text.parse::<Requirement>() {
            wrong.push((format!("{text:?} can never stand in context.approvals"), format!("{error}.")));
        }
    }
    if let Some(approve) = terms.approve.as_ref().map(ToString::to_string)
        && !remedy::lifts(tree, &approve)
    {
        let cause = format!("@approve({approve:?}) does not lift the policy");
        wrong.push((cause, format!("Add: unless {{ context.approvals.contains({approve:?}) }}")));
    }
    wrong
}

fn names_resources(policy: &Policy) -> bool {
    policy.effect() == Effect::Forbid
        && matches!(
            policy.resource_constraint(),
            ResourceConstraint::Eq(_) | ResourceConstraint::In(_) | ResourceConstraint::IsIn(..)
        )
}
