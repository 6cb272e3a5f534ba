/** Numbers for trying out sound. Pure, like all of routing. */
import { featureWords, type FeatureAction, type TestAction } from './feature-actions.ts'

const TESTS: ReadonlySet<FeatureAction> = new Set<TestAction>(['echo-test', 'echo-test-delayed', 'tone-test', 'music-test'])

/** Answer, and send back what is said, or play something by which sound is judged. */
export interface TestNumberStep {
  kind: 'test-number'
  what: TestAction
  reason: string
}

/** Whether a code is one of these. */
export function isTest(action: FeatureAction): action is TestAction {
  return TESTS.has(action)
}

/** What such a code does, for whoever gets there. */
export function toTest(code: string, what: TestAction): TestNumberStep {
  return { kind: 'test-number', what, reason: `${code} is a test number: ${featureWords[what]}` }
}
