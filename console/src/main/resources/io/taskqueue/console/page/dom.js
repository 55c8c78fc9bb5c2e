// Elements, and how a view that is drawn again becomes the changes of the document.
//
// A view builds its whole tree with h() each time. patch() changes the document where it differs, and only there: focus, selection,
// scroll positions and open details stay. Text is only ever inserted as text.

const SVG = 'http://www.w3.org/2000/svg';
const SVG_TAGS = new Set(['svg', 'path', 'line', 'rect', 'circle', 'g', 'title']);
const PROPERTIES = new Set(['value', 'checked', 'disabled']);

/**
 * An element.
 *
 * @param tag its name, with classes behind dots: 'td.number'
 * @param props attributes; also `key` (identity among its siblings), `on` ({click: handler}), `style` ({name: value})
 * @param children nodes, texts, arrays of them; null and false are left out
 */
export function h(tag, props = {}, ...children) {
  const [name, ...classes] = tag.split('.');
  const node = SVG_TAGS.has(name) && name !== 'title' ? document.createElementNS(SVG, name) : document.createElement(name);
  if (classes.length > 0) {
    node.setAttribute('class', classes.join(' '));
  }
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) {
      continue;
    }
    if (key === 'key') {
      node.key = String(value);
    } else if (key === 'on') {
      listen(node, value);
    } else if (key === 'style') {
      for (const [property, text] of Object.entries(value)) {
        node.style.setProperty(property, String(text));
      }
    } else if (key === 'class') {
      node.setAttribute('class', [...classes, value].join(' '));
    } else if (PROPERTIES.has(key)) {
      node[key] = value;
    } else {
      node.setAttribute(key, value === true ? '' : String(value));
    }
  }
  node.append(...flat(children));
  return node;
}

/**
 * An element that looks after its own content: patch() keeps it, and passes it the newer value.
 *
 * @param key what it is; the same key is the same element
 * @param create returns {node, update(value), close()}; called once
 */
export function kept(key, value, create) {
  const placeholder = document.createElement('div');
  placeholder.key = `kept ${key}`;
  placeholder.content = {value, create};
  return placeholder;
}

/** Makes the children of `parent` equal to `nodes`. */
export function patch(parent, ...nodes) {
  morphChildren(parent, flat(nodes));
}

function flat(children) {
  return children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false && child !== '')
      .map(child => child instanceof Node ? child : document.createTextNode(String(child)));
}

function listen(node, handlers) {
  node.handlers ??= {};
  for (const type of Object.keys(handlers)) {
    if (!(type in node.handlers)) {
      node.addEventListener(type, event => node.handlers[type]?.(event));
    }
  }
  node.handlers = {...Object.fromEntries(Object.keys(node.handlers).map(type => [type, null])), ...handlers};
}

function morphChildren(parent, nodes) {
  const keyed = new Map();
  for (const child of parent.childNodes) {
    if (child.key !== undefined) {
      keyed.set(child.key, child);
    }
  }
  const used = new Set();
  let cursor = parent.firstChild;
  for (const node of nodes) {
    while (cursor && used.has(cursor)) {
      cursor = cursor.nextSibling;
    }
    const match = node.key === undefined
        ? cursor?.key === undefined && alike(cursor, node) ? cursor : null
        : keyed.get(node.key);
    if (match && !used.has(match) && alike(match, node)) {
      used.add(match);
      if (match === cursor) {
        cursor = cursor.nextSibling;
      } else if (parent.moveBefore) {
        parent.moveBefore(match, cursor);
      } else {
        parent.insertBefore(match, cursor);
      }
      morph(match, node);
    } else {
      used.add(node);
      parent.insertBefore(node, cursor);
      mount(node);
      if (cursor && cursor.key === undefined && node.key === undefined) {
        cursor = cursor.nextSibling;
      }
    }
  }
  for (const child of [...parent.childNodes]) {
    if (!used.has(child)) {
      unmount(child);
      child.remove();
    }
  }
}

function alike(a, b) {
  return a !== null && a !== undefined && a.nodeType === b.nodeType && a.nodeName === b.nodeName && a.key === b.key;
}

function morph(old, next) {
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.nodeValue !== next.nodeValue) {
      old.nodeValue = next.nodeValue;
    }
    return;
  }
  if (old.content) {
    old.content.widget?.update(next.content.value);
    return;
  }
  for (const {name, value} of [...next.attributes]) {
    if (name !== 'style' && old.getAttribute(name) !== value) {
      old.setAttribute(name, value);
    }
  }
  // by the object model: the policy refuses the attribute
  if (old.style.cssText !== next.style.cssText) {
    old.style.cssText = next.style.cssText;
  }
  for (const {name} of [...old.attributes]) {
    // whether details are open is up to the reader
    if (!next.hasAttribute(name) && name !== 'open' && name !== 'style') {
      old.removeAttribute(name);
    }
  }
  if (old.handlers || next.handlers) {
    listen(old, next.handlers ?? {});
  }
  morphChildren(old, [...next.childNodes]);
  for (const property of PROPERTIES) {
    // what the reader types is not overwritten
    if (property in next && old[property] !== next[property] && document.activeElement !== old) {
      old[property] = next[property];
    }
  }
}

function mount(node) {
  if (node.content && !node.content.widget) {
    node.content.widget = node.content.create(node);
    node.content.widget.update(node.content.value);
  }
  node.childNodes.forEach(mount);
}

function unmount(node) {
  node.content?.widget?.close?.();
  node.childNodes.forEach(unmount);
}
