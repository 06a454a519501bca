// Elements are made by hand and filled by textContent: nothing that comes from data is ever parsed as HTML.

/** Makes an element with classes and text. */
export function element(tag, className, textContent) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (textContent !== undefined) made.textContent = textContent;
  return made;
}

/** Sets the text only when it differs, which saves layout and noise for screen readers. */
export function setText(node, value) {
  if (node.textContent !== value) node.textContent = value;
}

/** Brings a parent to exactly `count` children, making new ones with `make`. */
export function resizeChildren(parent, count, make) {
  while (parent.children.length > count) parent.lastElementChild.remove();
  while (parent.children.length < count) parent.append(make(parent.children.length));
}
