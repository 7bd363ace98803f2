/** What is said of a node that was hit and can't be seen: that is no proof that it is gone. */
export function unseenNode(run: string): string {
  return `the node can't be seen: it is gone, or may not be read; if it is gone for good: sirocco undo ${run} --gone`;
}
