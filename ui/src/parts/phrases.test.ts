import { expect, test } from 'vitest';

import { phrases } from './phrases';

test.each([
  ['入力した|内容を|確かめてください'],
  ['ご用件を|お選びください'],
  ['カードを|読み取り機に|置いてください'],
  ['暗証番号4けたを|入力してください'],
  ['前に|入力された|内容が|残っています'],
  ['番号札を|お出しできませんでした'],
  ['書きかけの|用紙は、|この|番号札には|付きません'],
  ['どのように|入力しますか'],
  ['優先の|ご案内が|必要な|方へ'],
  ['今日ここで|行う|手続きはありません'],
  ['スマホの|画面の|QRコードを|読み取り機にかざしてください'],
])('lines of a title may end at %s', (expected) => {
  expect(phrases(expected.replaceAll('|', ''))).toEqual(expected.split('|'));
});

test('a text without Japanese, or without anything, stays as it is', () => {
  expect(phrases('')).toEqual([]);
  expect(phrases('Fill in the form').join('')).toBe('Fill in the form');
});
