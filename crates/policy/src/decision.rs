//! Deciding one act.

use std::collections::{HashMap, HashSet};
use std::error::Error;

use cedar_policy::{
    Authorizer, Context, Entities, Entity, EntityId, EntityTypeName, EntityUid,
    RestrictedExpression,
};
use serde::{Deserialize, Serialize};

use crate::bundle::{Bundle, Outcome, PolicyRef};
use crate::request::{CaseFacts, OfficerFacts, Request, Resource};

/// Yes or no, and why. Together with the [`Request`] it is what the journal keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
pub struct Decision {
    /// Whether the act may be done.
    pub allowed: bool,
    /// The policies that decided, sorted by id: every `forbid` that fired, else the permits.
    /// Empty when nothing permits the act.
    pub policies: Vec<PolicyRef>,
    /// Fingerprint of the bundle that decided; see [`Bundle::hash`].
    pub bundle_hash: String,
    /// Faults in evaluation, in the engine's words. Any fault means no: a `forbid` that could
    /// not be evaluated must not count as one that did not fire.
    pub faults: Vec<String>,
}

impl Decision {
    /// The ids of the policies that decided.
    pub fn reason_ids(&self) -> Vec<&str> {
        self.policies.iter().map(|p| p.id.as_str()).collect()
    }

    /// The gravest outcome: `None` when nothing permits the act or evaluation failed.
    pub fn outcome(&self) -> Option<Outcome> {
        self.policies.iter().map(|p| p.outcome).max()
    }
}

impl Bundle {
    /// Decides one act. The same request and bundle always give the same decision.
    ///
    /// An act on a resource of the wrong kind is a fault and not allowed.
    pub fn decide(&self, request: &Request) -> Decision {
        match self.evaluate(request) {
            Ok(decision) => decision,
            Err(fault) => Decision {
                allowed: false,
                policies: Vec::new(),
                bundle_hash: self.hash().to_owned(),
                faults: vec![fault.to_string()],
            },
        }
    }

    fn evaluate(&self, request: &Request) -> Result<Decision, Box<dyn Error>> {
        let principal = uid("Officer", &request.officer.name)?;
        let action = uid("Action", request.action.as_str())?;
        let resource = resource_entity(&request.resource)?;
        let resource_uid = resource.uid();
        let entities = Entities::from_entities(
            [officer_entity(&request.officer)?, resource],
            Some(&self.schema),
        )?;
        let query = cedar_policy::Request::new(
            principal,
            action,
            resource_uid,
            Context::empty(),
            Some(&self.schema),
        )?;
        let response = Authorizer::new().is_authorized(&query, &self.policies, &entities);

        let mut policies: Vec<PolicyRef> = response
            .diagnostics()
            .reason()
            .filter_map(|id| self.refs.get(id.as_ref() as &str).cloned())
            .collect();
        policies.sort_by(|a, b| a.id.cmp(&b.id));
        let faults: Vec<String> = response
            .diagnostics()
            .errors()
            .map(ToString::to_string)
            .collect();
        let allowed = response.decision() == cedar_policy::Decision::Allow && faults.is_empty();
        Ok(Decision {
            allowed,
            policies,
            bundle_hash: self.hash().to_owned(),
            faults,
        })
    }
}

type Attributes = HashMap<String, RestrictedExpression>;

fn officer_entity(officer: &OfficerFacts) -> Result<Entity, Box<dyn Error>> {
    let attributes = Attributes::from([
        (
            "unit".to_owned(),
            RestrictedExpression::new_string(officer.unit.clone()),
        ),
        (
            "active".to_owned(),
            RestrictedExpression::new_bool(officer.active),
        ),
    ]);
    let roles = officer.roles.iter().map(|role| uid("Role", role.as_str()));
    Ok(Entity::new(
        uid("Officer", &officer.name)?,
        attributes,
        roles.collect::<Result<_, _>>()?,
    )?)
}

fn resource_entity(resource: &Resource) -> Result<Entity, Box<dyn Error>> {
    // There is one resource per decision, so its own name is of no consequence.
    let (kind, attributes) = match resource {
        Resource::Case(case) => ("Case", case_attributes(case)?),
        Resource::Inquiry(inquiry) => {
            let mut attributes = Attributes::new();
            insert_officer(&mut attributes, "draftedBy", inquiry.drafted_by.as_deref())?;
            ("Inquiry", attributes)
        }
        Resource::Node(node) => {
            let exercise = RestrictedExpression::new_bool(node.exercise);
            (
                "Node",
                Attributes::from([("exercise".to_owned(), exercise)]),
            )
        }
    };
    Ok(Entity::new(uid(kind, "it")?, attributes, HashSet::new())?)
}

fn case_attributes(case: &CaseFacts) -> Result<Attributes, Box<dyn Error>> {
    let state = |kind, word| uid(kind, word).map(RestrictedExpression::new_entity_uid);
    let mut attributes = Attributes::from([
        (
            "ownRequest".to_owned(),
            RestrictedExpression::new_bool(case.own_request),
        ),
        (
            "screening".to_owned(),
            state("Screening", case.screening.as_str())?,
        ),
        (
            "findingsOpen".to_owned(),
            RestrictedExpression::new_long(case.findings_open.into()),
        ),
        (
            "guardian".to_owned(),
            state("Guardian", case.guardian.as_str())?,
        ),
        (
            "disclosesContent".to_owned(),
            RestrictedExpression::new_bool(case.discloses_content),
        ),
        (
            "exercise".to_owned(),
            RestrictedExpression::new_bool(case.exercise),
        ),
    ]);
    insert_officer(&mut attributes, "draftedBy", case.drafted_by.as_deref())?;
    insert_officer(&mut attributes, "submittedBy", case.submitted_by.as_deref())?;
    insert_officer(&mut attributes, "reviewedBy", case.reviewed_by.as_deref())?;
    Ok(attributes)
}

fn insert_officer(
    attributes: &mut Attributes,
    name: &str,
    officer: Option<&str>,
) -> Result<(), Box<dyn Error>> {
    if let Some(officer) = officer {
        let officer = RestrictedExpression::new_entity_uid(uid("Officer", officer)?);
        attributes.insert(name.to_owned(), officer);
    }
    Ok(())
}

fn uid(kind: &str, id: &str) -> Result<EntityUid, Box<dyn Error>> {
    let kind: EntityTypeName = kind.parse()?;
    Ok(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}
