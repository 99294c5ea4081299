'use strict';

const by = (id) => document.getElementById(id);
let version = 0;
let way = 0;
let drawn = null;

/** An element with a class and a text. */
function made(name, text, kind) {
  const element = document.createElement(name);
  if (text !== undefined && text !== null) element.textContent = text;
  if (kind) element.className = kind;
  return element;
}

function question(it) {
  const line = made('li');
  line.append(made('span', it.question, 'question'));
  line.append(made('span', `${it.label}(${it.id})・${it.kind}`, 'small'));
  const marks = made('div', null, 'marks');
  if (it.card) marks.append(made('span', 'カードから', 'mark card'));
  marks.append(made('span', it.required ? '必須' : '任意', it.required ? 'mark need' : 'mark'));
  if (it.when) marks.append(made('span', `条件: ${it.when}`, 'mark when'));
  if (it.default !== null) marks.append(made('span', `初期値: ${it.default === '' ? 'なし' : it.default}`, 'mark'));
  if (it.meaning) marks.append(made('span', `意味: ${it.meaning}`, 'mark'));
  line.append(marks);
  if (it.help) line.append(made('span', it.help, 'small'));
  if (it.options.length > 0) line.append(made('span', it.options.join('・'), 'small'));
  return line;
}

function rest(told) {
  const list = made('dl');
  const add = (label, texts) => {
    if (texts.length === 0) return;
    list.append(made('dt', label));
    for (const text of texts) list.append(made('dd', text));
  };
  add('手数料', told.fee ? [told.fee] : []);
  add('持ち物', told.documents);
  add('窓口メモ', told.clerk_notes);
  add('保存', [told.keep_days === 0 ? '業務終了まで' : `業務終了後 ${told.keep_days} 日まで`]);
  return list;
}

function showPaper() {
  const papers = drawn.papers;
  const buttons = papers.map((it, at) => {
    const button = made('button', it.questions > 0 ? `${it.way}・質問 ${it.questions}` : it.way);
    button.type = 'button';
    button.setAttribute('aria-pressed', String(at === way));
    button.addEventListener('click', () => { way = at; showPaper(); });
    return button;
  });
  by('ways').replaceChildren(...buttons);
  const paper = papers[way];
  const pages = paper ? Array.from({ length: paper.pages }, (_, page) => {
    const picture = made('img');
    picture.alt = `${paper.way} ${page + 1}ページ`;
    picture.src = `/paper/${way}/${page}?v=${version}`;
    return picture;
  }) : [];
  by('paper').replaceChildren(...pages);
}

function show() {
  const told = drawn.told;
  by('name').textContent = told ? told.name : drawn.procedure;
  document.title = `${told ? told.name : drawn.procedure} の下見`;
  by('about').textContent = told ? `procedures/${drawn.procedure}.toml・${told.service}${told.note ? '・' + told.note : ''}` : '';
  by('mistakes').hidden = drawn.mistakes.length === 0;
  by('mistake-list').replaceChildren(...drawn.mistakes.map((it) => made('li', it)));
  by('questions').replaceChildren(...(told ? told.questions.map(question) : []));
  by('rest').replaceChildren(...(told ? [rest(told)] : []));
  if (way >= drawn.papers.length) way = 0;
  showPaper();
}

async function follow() {
  for (;;) {
    try {
      const answer = await fetch(`/drawn?after=${version}`);
      const now = await answer.json();
      by('state').textContent = '保存すると自動で読み直します。';
      if (now.version > version) {
        version = now.version;
        drawn = now;
        show();
      }
    } catch {
      by('state').textContent = '下見のプログラムが止まっています。もう一度起動してください。';
      await new Promise((resolve) => { setTimeout(resolve, 1000); });
    }
  }
}

void follow();
