import { mount } from 'svelte';

import Phone from '../../src/phone/Phone.svelte';
import { officeIn, speakerOf } from '../../src/phone/office';
import '../../src/style/base.css';
import { words } from '../../src/words/words.svelte';

const page = officeIn(document.getElementById('office')?.textContent);
const target = document.getElementById('page');
if (page !== null && target !== null) {
  const speaker = speakerOf(page);
  const tags = page.languages.map((one) => one.language.tag);
  const wanted = navigator.languages.map((tag) => tag.split('-')[0] ?? '').find((tag) => tags.includes(tag));
  void words
    .load(speaker, 'ja')
    .then(() => words.use(speaker, wanted ?? tags[0] ?? 'ja'))
    .then(() => {
      target.replaceChildren();
      mount(Phone, { target, props: { page, speaker, behind: location.hash.slice(1) } });
    });
}
