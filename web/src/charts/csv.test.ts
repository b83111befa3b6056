import { expect, test } from 'vitest'
import { csv, fileName } from './csv'

test('cells with commas, quotes and line breaks are quoted', () => {
  expect(csv([['a', 'b'], ['x, y', 'say "hi"'], ['one\ntwo', 3], [null, 0.5]])).toBe('a,b\r\n"x, y","say ""hi"""\r\n"one\ntwo",3\r\n,0.5\r\n')
})

test.each(['=1+1', '+49', '-2', '@SUM(A1)', '\t=1', ' =1', '＝1+1'])('%j is no formula in a spreadsheet', text => {
  expect(csv([[text]])).toMatch(/^"?'/)
})

test('a negative number stays one', () => expect(csv([[-2]])).toBe('-2\r\n'))

test('the name of a file holds letters and numbers of any language', () => {
  expect(fileName('Stimmung: über / Zeit', 'csv')).toBe('stimmung-über-zeit.csv')
  expect(fileName('../', 'png')).toBe('triage.png')
})
