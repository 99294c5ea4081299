//! What a family takes home of a case: the plan's lines without anybody's answers.

use forms::life_event::{Department, LifeEvent, Link};
use office::Office;

use super::{Opened, Reader};

/// What may be told of a plan.
pub(crate) struct TakenHome<'a> {
    /// The life event.
    pub(crate) event: &'a LifeEvent,
    /// The lines that this reader may tell.
    pub(crate) link: Link,
    /// Where there is something to do of which this reader may say no more, each once.
    pub(crate) also_at: Vec<&'a Department>,
}

impl<'a> Opened<'a> {
    /// What this reader may tell of the plan; nothing where the case has none.
    pub(crate) fn taken_home(&self, office: &Office, reader: &Reader) -> Option<TakenHome<'a>> {
        let plan = self.plan.as_ref()?;
        let veil = self.veil(office, reader);
        let lines = plan.lines(office, self.today);
        let mut link = Link::of(plan.event, &lines, self.today);
        // A line that holds only because of an answer that is not read would tell that answer; where the family has to go is told.
        let mut also_at: Vec<&Department> = Vec::new();
        for line in link.lines.extract_if(.., |it| veil.hides_line(&it.rule)) {
            let rule = plan.event.rules().iter().find(|it| it.id == line.rule);
            let mut departments = plan.event.departments().iter();
            let department = departments.find(|it| rule.is_some_and(|rule| rule.at == it.id));
            if let Some(department) = department
                && also_at.iter().all(|it| it.id != department.id)
            {
                also_at.push(department);
            }
        }
        Some(TakenHome {
            event: plan.event,
            link,
            also_at,
        })
    }
}
