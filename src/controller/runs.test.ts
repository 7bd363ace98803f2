import { describe, expect, it } from 'vitest';
import { faults } from '../faults/index.ts';
import { aScene, killWeb } from './scene.fixture.ts';

describe('t', () => {
  it('x', () => {
    const { world, member } = aScene(faults);
    world.schedule('default', 'k', killWeb);
    world.pass(30_000);
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
  });
});
