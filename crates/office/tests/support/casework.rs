//! What officers do.

use super::house::House;
use office::state::Decision;
use office::{Actor, Case, Command, Done, NewAttachment, OfficeError};
use policy::Role;
use records::answer::AnswerDraft;
use records::{Request, ThreadId};

impl House {
    pub fn handler(&self) -> Actor {
        self.officer("hanna", &[Role::Handler])
    }

    pub fn reviewer(&self) -> Actor {
        self.officer("rosa", &[Role::Reviewer])
    }

    pub fn releaser(&self) -> Actor {
        self.officer("frida", &[Role::Releaser])
    }

    pub fn try_act(&self, actor: &Actor, command: Command) -> Result<Done, OfficeError> {
        self.office.execute(actor, &command)
    }

    #[track_caller]
    pub fn act(&self, actor: &Actor, command: Command) -> Done {
        self.office.execute(actor, &command).unwrap()
    }

    pub fn case(&self, thread: ThreadId) -> Case {
        self.reader().case(thread).unwrap()
    }

    pub fn state(&self, thread: ThreadId) -> &'static str {
        self.case(thread).stage.code()
    }

    /// Drafts a request; gives its case.
    pub fn draft(
        &self,
        peer: &Self,
        request: Request,
        attachments: Vec<NewAttachment>,
    ) -> ThreadId {
        let command = Command::DraftRequest {
            peer: peer.party.clone(),
            request: Box::new(request),
            attachments,
        };
        self.act(&self.handler(), command).thread.unwrap()
    }

    /// Drafts a request, lets it pass the own gate, submits and releases it; gives its case.
    pub fn ask(&self, peer: &Self, request: Request, attachments: Vec<NewAttachment>) -> ThreadId {
        let thread = self.draft(peer, request, attachments);
        if self.state(thread) == "held" {
            self.review(thread, Decision::Clear);
        }
        self.act(&self.handler(), Command::SubmitRequest { thread });
        self.act(&self.releaser(), Command::ReleaseRequest { thread });
        thread
    }

    pub fn review(&self, thread: ThreadId, decision: Decision) {
        let reason = "looked at".to_owned();
        self.act(
            &self.reviewer(),
            Command::ReviewScreening {
                thread,
                decision,
                reason,
            },
        );
    }

    pub fn draft_answer(&self, thread: ThreadId, draft: AnswerDraft) {
        let attachments = Vec::new();
        self.act(
            &self.handler(),
            Command::DraftAnswer {
                thread,
                draft: Box::new(draft),
                attachments,
            },
        );
    }

    /// Clears, drafts and releases.
    pub fn answer(&self, thread: ThreadId, draft: AnswerDraft) {
        self.review(thread, Decision::Clear);
        self.draft_answer(thread, draft);
        self.act(
            &self.releaser(),
            Command::ReleaseAnswer { thread, read: None },
        );
    }
}
