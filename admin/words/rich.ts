/** Sentences with elements in them. */
import { createElement, Fragment, type ReactNode } from 'react'
import { figure, say, type Names } from './translate.ts'

type Part = ReactNode | ((inside: ReactNode) => ReactNode)

type Tags<Sentence extends string> = Sentence extends `${string}</${infer Tag}>${infer Rest}` ? Tag | Tags<Rest> : never

/** A sentence with elements in it: for `{{name}}` stands a part, and a function is given what is between `<name>` and `</name>`. */
export function rich<const Sentence extends string>(sentence: Sentence, parts: Readonly<Record<Names<Sentence> | Tags<Sentence>, Part>>): ReactNode {
  return assemble(say(sentence, { skipInterpolation: true }), parts)
}

/** As `rich`, for a sentence that counts. */
export function richPlural<const One extends string, const Other extends string>(count: number, one: One, other: Other, parts: Readonly<Record<Exclude<Names<One> | Names<Other> | Tags<One> | Tags<Other>, 'count'>, Part>>): ReactNode {
  return assemble(say(other, { count, defaultValue_one: one, skipInterpolation: true }), { count: figure(count), ...parts })
}

const PART = /\{\{(\w+)\}\}|<(\w+)>(.*?)<\/\2>/gs

function assemble(sentence: string, parts: Readonly<Record<string, Part>>): ReactNode {
  const pieces: ReactNode[] = []
  let at = 0
  for (const { 0: whole, 1: name, 2: tag, 3: inside, index } of sentence.matchAll(PART)) {
    const part = parts[name ?? tag ?? '']
    pieces.push(sentence.slice(at, index), typeof part === 'function' ? part(assemble(inside ?? '', parts)) : part)
    at = index + whole.length
  }
  return createElement(Fragment, null, ...pieces, sentence.slice(at))
}
