import { searchText, searchWords } from './search-text';

const finds = (query: string, ...texts: string[]) => {
  const text = searchText(...texts);
  const words = searchWords(query);
  return words.length > 0 && words.every((word) => text.includes(word));
};

test.each([
  ['holiday', 'Holiday party'],
  ['PARTY', 'Holiday party'],
  ['hol', 'Holiday party'],
  ['party holiday', 'Holiday party'],
  ['strasse', 'Auf der Straße'],
  ['STRASSE', 'Auf der Straße'],
  ['STRAẞE', 'Auf der Straße'],
  ['straße', 'Auf der STRASSE'],
  ['cafe', 'Das Café'],
  ['CAFÉ', 'das cafe\u0301'],
  ['café', 'CAFE'],
  ['ODOS', 'odos'],
  ['οδος', 'ΟΔΟΣ'],
  ['ΟΔΟΣ', 'η οδός μου'],
  ['οδο', 'οδός'],
  ['istanbul', 'İSTANBUL'],
  ['ISTANBUL', 'ıstanbul'],
  ['diyarbakir', 'Diyarbakır'],
  ['smorrebrod', 'Smørrebrød'],
  ['aeble', 'Æble'],
  ['oeuvre', 'Œuvre'],
  ['lodz', 'Łódź'],
  ['dien', 'Điện'],
  ['nguyen', 'Nguyễn'],
  ['thor', 'Þór'],
  ['елка', 'Ёлка'],
  ['fish', 'ﬁsh'],
  ['2025', '２０２５ summer'],
  ['full', 'ＦＵＬＬ width'],
  ['東京', '夜の東京タワー'],
  ['タワー', '夜の東京タワー'],
  ['京タワ', '夜の東京タワー'],
  ['ガラス', 'ｶﾞﾗｽの靴'],
  ['が', '花がさく'],
  ['がさ', '花か\u3099さく'],
  ['พระอาทิตย์', 'ดวงพระอาทิตย์ตก'],
  ['tokyo タワー', '東京タワー in Tokyo'],
  ['ty東', 'ty東京'],
  ['생일', '생일 파티'],
  ['생', '생일 파티'],
  ['don', "don't"],
  ["don't", 'don’t stop'],
  ['été', "L'été"],
  ['rock-n-roll', 'rock n roll'],
  ['🎉', 'party 🎉🎊'],
  ['🎊', 'party 🎉🎊'],
  ['𠮷野家', '昼の𠮷野家'],
  ['100%', '100 percent'],
])('%s finds %s', (query, text) => {
  expect(finds(query, text)).toBe(true);
});

test.each([
  ['arty', 'Party'],
  ['か', '花がさく'],
  ['かさ', '花がさく'],
  ['京東', '東京'],
  ['party summer', 'Holiday party'],
  ['日', '生'],
  ['_', 'a_b'],
  ['%', '100%'],
  ['', 'anything'],
  ["' \\ ;", 'anything'],
])('%s does not find %s', (query, text) => {
  expect(finds(query, text)).toBe(false);
});

test('words may stand in the title and the prompt, but no word reaches from one into the other', () => {
  expect(finds('winter boat', 'Winter', 'A boat at sea')).toBe(true);
  expect(finds('東京', '東', '京')).toBe(false);
});

test('no word of a query has a character that LIKE reads as something else', () => {
  expect(searchWords('a%b _c\\d "e" \'f\' \0g')).toEqual([' a', ' b', ' c', ' d', ' e', ' f', ' g']);
});

test('half surrogates and long texts are no trouble', () => {
  expect(searchText('\ud83c x \udf89')).toBe(' x');
  expect(searchText('東'.repeat(14_000))).toHaveLength(28_000);
});

test('what was normalised is normalised', () => {
  for (const text of ['Straße İstanbul ΟΔΟΣ', 'ｶﾞﾗｽの靴 Nguyễn', 'ดวงพระอาทิตย์ตก']) {
    const once = searchText(text);
    expect(searchText(once)).toBe(once);
  }
});
