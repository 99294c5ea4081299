//! What a family takes home of a case: the plan's lines without anybody's answers.

use forms::life_event::{LifeEvent, Link};
use office::Office;

use super::{Opened, Reader};

impl<'a> Opened<'a> {
    /// The plan's lines that this reader may tell; nothing where the case has no plan.
    pub(crate) fn link(&self, office: &Office, reader: &Reader) -> Option<(&'a LifeEvent, Link)> {
        let plan = self.plan.as_ref()?;
        let veil = self.veil(office, reader);
        let lines = plan.lines(office, self.today);
        let mut link = Link::of(plan.event, &lines, self.today);
        // A line that holds only because of an answer that is not read would tell that answer.
        link.lines.retain(|line| !veil.hides_line(&line.rule));
        Some((plan.event, link))
    }
}
