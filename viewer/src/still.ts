import { Component, type ComponentChildren } from "preact"

interface Props {
  /** Another number when what is inside may have changed. */
  readonly of: number
  readonly children: () => ComponentChildren
}

/** A part of the page that zooming and scrolling leave as it is. */
export class Still extends Component<Props> {
  override shouldComponentUpdate(next: Props): boolean {
    return next.of !== this.props.of
  }

  override render(): ComponentChildren {
    return this.props.children()
  }
}
