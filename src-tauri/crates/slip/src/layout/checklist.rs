//! Where everything of a checklist stands. Its lines are drawn one by one and laid on papers, so that none is cut through.
//!
//! ```text
//! さくら市役所
//! おくやみの手続き  手続きと持ち物の一覧
//! ─────────────────────────────────────────
//! ■ 今日できること
//! [1] 保険・年金  1階 4番窓口
//!     ［要確認］国民健康保険 資格喪失届
//!     14日以内・12月4日(金)まで
//!     □ 亡くなった方の保険証
//! ─────────────────────────────────────────
//! ■ 後日  ■ 市役所の外で      code · telephone · note · day
//!                                         1/2
//! ```

use crate::checklist::{
    CHECKLIST_BRING_MAX, CHECKLIST_BYTES_MAX, CHECKLIST_MM_MAX, CHECKLIST_PAPERS_MAX, Checklist,
    ChecklistPart, ChecklistTemplate, Errand, Group, Section,
};
use crate::content::Words;
use crate::encode::picture;
use crate::fonts::Fonts;
use crate::profile::Profile;
use crate::raster::Raster;
use crate::template::{Align, Look};

use super::code::Matrix;
use super::sheet::{Column, Sheet};
use super::{RenderError, one_line};

/// What the foot of each paper takes: the count, and that there is more, in millimetres.
const FOOT_MM: f32 = 14.0;
/// The same in bytes, with what frames the blocks of a paper.
const FOOT_BYTES: usize = 6 * 1024;

/// The papers of a checklist for this printer, at least one. A code that the paper cannot hold is left out.
#[must_use]
pub fn checklist_papers(
    checklist: &Checklist,
    template: &ChecklistTemplate,
    profile: &Profile,
    fonts: &mut Fonts,
) -> Vec<Raster> {
    let chunks = match Blocks::of(checklist, template, profile, fonts) {
        Ok(blocks) => blocks,
        Err(_) => {
            let plainer = checklist.without_code();
            Blocks::of(&plainer, template, profile, fonts).unwrap_or_default()
        }
    };
    Papers::laid(chunks, checklist, profile, fonts)
}

/// What is laid on papers.
#[derive(Default)]
struct Blocks {
    /// At the top of the first paper.
    head: Vec<Raster>,
    /// At the top of the others.
    again: Vec<Raster>,
    chunks: Vec<Chunk>,
}

/// What stays together: a heading with what stands below it.
struct Chunk {
    blocks: Vec<Raster>,
    /// The counter that it belongs to, which is named again on the next paper; absent where it is in the chunk itself.
    belongs_to: Option<Raster>,
}

impl Blocks {
    fn of(
        checklist: &Checklist,
        template: &ChecklistTemplate,
        profile: &Profile,
        fonts: &mut Fonts,
    ) -> Result<Blocks, RenderError> {
        let mut all = Blocks::default();
        let mut pen = Pen { profile, fonts };
        let mut begun = false;
        for part in template.parts() {
            let section = match part {
                ChecklistPart::Counters(look) => Some((&checklist.counters, look)),
                ChecklistPart::Later(look) => Some((&checklist.later, look)),
                ChecklistPart::Elsewhere(look) => Some((&checklist.elsewhere, look)),
                ChecklistPart::Logo { .. }
                | ChecklistPart::Office(_)
                | ChecklistPart::Rule
                | ChecklistPart::Title(_)
                | ChecklistPart::Telephone(_)
                | ChecklistPart::Code { .. }
                | ChecklistPart::Note(_)
                | ChecklistPart::Issued(_) => None,
            };
            if let Some((section, look)) = section {
                begun = true;
                all.chunks.extend(pen.section(section, look)?);
                continue;
            }
            let Some(block) = pen.part(part, checklist)? else {
                continue;
            };
            if begun {
                let blocks = vec![block];
                all.chunks.push(Chunk {
                    blocks,
                    belongs_to: None,
                });
                continue;
            }
            if matches!(part, ChecklistPart::Title(_) | ChecklistPart::Rule) {
                all.again.push(block.clone());
            }
            all.head.push(block);
        }
        Ok(all)
    }
}

/// Draws one block after the other, each on paper of its own.
struct Pen<'a> {
    profile: &'a Profile,
    fonts: &'a mut Fonts,
}

impl Pen<'_> {
    fn block(&mut self, draw: impl FnOnce(&mut Sheet<'_>)) -> Result<Raster, RenderError> {
        let mut sheet = Sheet::new(self.profile, self.fonts);
        draw(&mut sheet);
        sheet.block()
    }

    fn part(
        &mut self,
        part: &ChecklistPart,
        of: &Checklist,
    ) -> Result<Option<Raster>, RenderError> {
        let block = match part {
            ChecklistPart::Logo { logo, align } => {
                let dots = logo.dots();
                self.block(|sheet| {
                    let room = sheet.width.saturating_sub(u32::from(dots.width()));
                    let left = match align {
                        Align::Left => 0,
                        Align::Centre => room / 2,
                    };
                    sheet.paper.copy(dots, left, 0);
                    sheet.y += dots.rows();
                    sheet.space(1.2);
                })
            }
            ChecklistPart::Office(look) => self.words(&Words::ja(&of.office), look, true),
            ChecklistPart::Rule => self.block(|sheet| {
                sheet.space(0.7);
                sheet.line();
                sheet.space(0.8);
            }),
            ChecklistPart::Title(look) => self.block(|sheet| {
                let (ja, other) = (
                    sheet.style(look.size_mm, true),
                    sheet.style(look.size_mm * 0.62, true),
                );
                let column = sheet.column(look.align);
                sheet.pair(&of.title, ja, other, column);
                let (ja, other) = (
                    sheet.style(look.size_mm * 0.66, false),
                    sheet.style(look.size_mm * 0.58, false),
                );
                sheet.pair(&of.kind, ja, other, column);
            }),
            ChecklistPart::Telephone(look) => {
                let Some(fact) = &of.telephone else {
                    return Ok(None);
                };
                let label = Words::ja(format!("{} {}", one_line(&fact.label), fact.value.ja));
                self.words(&label, look, true)
            }
            ChecklistPart::Code { side_mm, look } => {
                let Some(code) = &of.code else {
                    return Ok(None);
                };
                let matrix = Matrix::new(code, self.profile, *side_mm)?;
                self.block(|sheet| {
                    let (side, quiet) = (matrix.side(), matrix.quiet());
                    matrix.draw_black(quiet, quiet, &mut sheet.paper);
                    sheet.float(side, side);
                    let (ja, other) = (
                        sheet.style(look.size_mm, true),
                        sheet.style(look.size_mm * 0.85, false),
                    );
                    sheet.space(2.0);
                    let column = sheet.column(Align::Left);
                    sheet.pair(&code.caption, ja, other, column);
                    sheet.clear();
                })
            }
            ChecklistPart::Note(look) => match &of.note {
                Some(note) => self.words(note, look, false),
                None => return Ok(None),
            },
            ChecklistPart::Issued(look) => self.words(&Words::ja(&of.issued), look, false),
            ChecklistPart::Counters(_) | ChecklistPart::Later(_) | ChecklistPart::Elsewhere(_) => {
                return Ok(None);
            }
        };
        block.map(|it| (it.rows() > 0).then_some(it))
    }

    fn words(&mut self, words: &Words, look: &Look, bold: bool) -> Result<Raster, RenderError> {
        self.block(|sheet| {
            let (ja, other) = (
                sheet.style(look.size_mm, bold),
                sheet.style(look.size_mm * 0.85, false),
            );
            let column = sheet.column(look.align);
            sheet.pair(words, ja, other, column);
            sheet.space(0.4);
        })
    }

    fn section(&mut self, section: &Section, look: &Look) -> Result<Vec<Chunk>, RenderError> {
        let mut chunks = Vec::new();
        if section.groups.is_empty() {
            return Ok(chunks);
        }
        let mut above = vec![self.heading(&section.heading, look)?];
        for group in &section.groups {
            let name = self.name(group, look)?;
            let mut first = true;
            above.push(name.clone());
            for errand in &group.errands {
                let mut blocks = std::mem::take(&mut above);
                blocks.push(self.errand(errand, look)?);
                chunks.push(Chunk {
                    blocks,
                    belongs_to: (!first).then(|| name.clone()),
                });
                first = false;
            }
        }
        // A place at which nothing stands still says where to go.
        if !above.is_empty() {
            chunks.push(Chunk {
                blocks: above,
                belongs_to: None,
            });
        }
        Ok(chunks)
    }

    fn heading(&mut self, words: &Words, look: &Look) -> Result<Raster, RenderError> {
        let text = one_line(words);
        self.block(|sheet| {
            sheet.space(1.4);
            let top = sheet.y;
            sheet.mark(&text, 0, top);
            sheet.y += sheet.mark_height();
            sheet.space(look.size_mm * 0.2);
        })
    }

    fn name(&mut self, group: &Group, look: &Look) -> Result<Raster, RenderError> {
        self.block(|sheet| {
            sheet.space(0.8);
            let top = sheet.y;
            let side = sheet.mm(look.size_mm * 1.25);
            let left = match group.ordinal {
                Some(ordinal) => {
                    sheet.numbered(&ordinal.to_string(), side, top);
                    side + sheet.mm(1.2)
                }
                None => 0,
            };
            let column = column(left, sheet);
            let (ja, other) = (
                sheet.style(look.size_mm * 1.15, true),
                sheet.style(look.size_mm * 0.8, true),
            );
            sheet.pair(&group.name, ja, other, column);
            if let Some(place) = &group.place {
                let (ja, other) = (
                    sheet.style(look.size_mm * 0.9, false),
                    sheet.style(look.size_mm * 0.75, false),
                );
                sheet.pair(place, ja, other, column);
            }
            if group.ordinal.is_some() {
                sheet.y = sheet.y.max(top + side);
            }
        })
    }

    /// One procedure. What is too much for any paper is left to the counter: its name stays.
    fn errand(&mut self, errand: &Errand, look: &Look) -> Result<Raster, RenderError> {
        let whole = self.errand_with(errand, look, CHECKLIST_BRING_MAX);
        whole.or_else(|_| {
            let bare = Errand {
                facts: Vec::new(),
                ..errand.clone()
            };
            self.errand_with(&bare, look, 0)
        })
    }

    fn errand_with(
        &mut self,
        errand: &Errand,
        look: &Look,
        bring_max: usize,
    ) -> Result<Raster, RenderError> {
        self.block(|sheet| {
            sheet.space(0.9);
            let indent = sheet.mm(1.2);
            let all = column(indent, sheet);
            let (name, small) = (
                sheet.style(look.size_mm, true),
                sheet.style(look.size_mm * 0.8, false),
            );
            sheet.pair(&marked(errand), name, small, all);
            let fact = sheet.style(look.size_mm * 0.88, false);
            for words in &errand.facts {
                sheet.pair(words, fact, small, all);
            }
            let side = sheet.mm(look.size_mm * 0.75);
            for thing in errand.bring.iter().take(bring_max) {
                sheet.space(0.3);
                let (top, lower) = (sheet.y, sheet.mm(look.size_mm * 0.12));
                sheet.checkbox(indent, top + lower, side);
                let beside = column(indent + side + sheet.mm(1.2), sheet);
                sheet.pair(thing, fact, small, beside);
                sheet.y = sheet.y.max(top + lower + side);
            }
        })
    }
}

/// ［要確認］世帯主変更届: the marks stand before the name, where they cost no line of their own.
fn marked(errand: &Errand) -> Words {
    let marks = errand.marks.iter().map(|it| format!("［{}］", it.ja));
    let ja = marks.chain([errand.name.ja.clone()]).collect();
    let other = errand.name.other.as_ref().map(|name| {
        let marks = errand.marks.iter().filter_map(|it| it.other.as_ref());
        let marks = marks.map(|it| format!(" ({it})"));
        std::iter::once(name.clone()).chain(marks).collect()
    });
    Words { ja, other }
}

fn column(left: u32, sheet: &Sheet<'_>) -> Column {
    Column {
        left,
        width: sheet.width.saturating_sub(left).max(1),
        align: Align::Left,
    }
}

/// Papers that are filled one after the other.
struct Papers<'a> {
    profile: &'a Profile,
    full: Vec<Vec<Raster>>,
    now: Vec<Raster>,
    rows: u32,
    bytes: usize,
}

impl Papers<'_> {
    fn laid(blocks: Blocks, of: &Checklist, profile: &Profile, fonts: &mut Fonts) -> Vec<Raster> {
        let Blocks {
            head,
            again,
            chunks,
        } = blocks;
        let mut papers = Papers {
            profile,
            full: Vec::new(),
            now: Vec::new(),
            rows: 0,
            bytes: 0,
        };
        papers.put(head);
        let mut is_all = true;
        for chunk in chunks {
            if !papers.has_room_for(&chunk.blocks) {
                if papers.full.len() + 1 >= CHECKLIST_PAPERS_MAX {
                    is_all = false;
                    break;
                }
                papers.next();
                papers.put(again.clone());
                papers.put(chunk.belongs_to.into_iter().collect());
            }
            papers.put(chunk.blocks);
        }
        papers.next();
        let full = std::mem::take(&mut papers.full);
        let count = full.len();
        let mut pen = Pen { profile, fonts };
        let numbered = full.into_iter().zip(1_usize..).map(|(mut blocks, number)| {
            let look = Look {
                size_mm: 3.0,
                align: Align::Centre,
            };
            if number == count && !is_all {
                blocks.extend(pen.words(&of.more, &look, true).ok());
            }
            if count > 1 {
                let fill = |text: &str| {
                    let text = text.replace("{number}", &number.to_string());
                    text.replace("{of}", &count.to_string())
                };
                let words = Words {
                    ja: fill(&of.sheet.ja),
                    other: of.sheet.other.as_deref().map(fill),
                };
                blocks.extend(pen.words(&words, &look, true).ok());
            }
            joined(&blocks, profile)
        });
        numbered.collect()
    }

    fn has_room_for(&self, blocks: &[Raster]) -> bool {
        let rows: u32 = blocks.iter().map(Raster::rows).sum();
        let bytes: usize = blocks.iter().map(|it| bytes_of(it, self.profile)).sum();
        let rows_max = (self.profile)
            .dots_of_mm(CHECKLIST_MM_MAX - FOOT_MM)
            .min(crate::encode::ROWS_MAX);
        self.now.is_empty()
            || (self.rows + rows <= rows_max
                && self.bytes + bytes <= CHECKLIST_BYTES_MAX - FOOT_BYTES)
    }

    fn put(&mut self, blocks: Vec<Raster>) {
        for block in blocks {
            self.rows += block.rows();
            self.bytes += bytes_of(&block, self.profile);
            self.now.push(block);
        }
    }

    fn next(&mut self) {
        self.full.push(std::mem::take(&mut self.now));
        (self.rows, self.bytes) = (0, 0);
    }
}

fn bytes_of(block: &Raster, profile: &Profile) -> usize {
    let commands = picture(block, profile).unwrap_or_default();
    commands.iter().map(Vec::len).sum()
}

/// Blocks one below the other.
fn joined(blocks: &[Raster], profile: &Profile) -> Raster {
    let rows = blocks.iter().map(Raster::rows).sum();
    let mut paper = Raster::blank(profile.dots(), rows);
    let mut top = 0;
    for block in blocks {
        paper.copy(block, 0, top);
        top += block.rows();
    }
    paper.trim();
    paper.guard();
    paper
}
