// The balancers of the page, as HTML.
import { formatDuration } from '../clock.ts';
import { shortened } from '../line.ts';
import type { AskedRow, AskersView, AskerView } from './balancers.ts';
import { html, type Html, type Part } from './markup.ts';
import { plural, since } from './words.ts';

const HEADINGS = ['Service', 'Believes', 'Weight', 'Sessions', 'Queue', 'Was told', 'Asked'] as const;
/** So many names that one address gives itself are told, and so many characters of each. */
const MAX_NODES = 4;
const NAME_LENGTH = 100;

/** The balancers, and whoever else asks: a table for each address. */
export function balancersHtml({ shown, count }: AskersView, time: number): Html {
  return html`<section aria-labelledby="balancers">
<h2 id="balancers">Balancers</h2>
${count === 0 ? html`<p>Nobody has asked in the last hour.</p>` : undefined}
${shown.map((asker) => askerHtml(asker, time))}
${shown.length === count ? undefined : html`<p class="more">${count} addresses in all: <a href="/balancers">/balancers</a> has every row, and so has <code>hactl balancers</code>.</p>`}
</section>
`;
}

function askerHtml({ address, nodes, isBalancer, rows, moreRows, draining, silent }: AskerView, time: number): Html {
  const names = nodes.slice(0, MAX_NODES).map((node) => shortened(node, NAME_LENGTH, '…'));
  return html`<div class="asker">
<h3>${names.length === 0 ? address : html`${names.join(', ')} <span class="address">${address}</span>`}${isBalancer ? undefined : html` <span class="address">no balancer</span>`}</h3>
${draining === 0 ? undefined : html`<p class="draining">${plural(draining, 'session')} draining</p>`}
${silent === 0 ? undefined : html`<p class="silent">! silent about ${plural(silent, 'service')}</p>`}
<table role="table"><caption>What ${names[0] ?? address} asks, believes and was told</caption>
<thead role="rowgroup"><tr role="row">${HEADINGS.map((heading) => html`<th role="columnheader" scope="col">${heading}</th>`)}</tr></thead>
<tbody role="rowgroup">${rows.map((row) => rowHtml(row, time))}</tbody></table>
${moreRows === 0 ? undefined : html`<p class="more">${plural(moreRows, 'more row')}: <a href="/balancers">/balancers</a></p>`}
</div>
`;
}

function rowHtml({ row, age, draining, isSilent }: AskedRow, time: number): Html {
  const { state, weight, total, sessions, queue, told, since: from, interval, user_agent } = row;
  const cells: readonly Part[] = [
    state ?? html`<span class="dim">${user_agent ?? 'says nothing'}</span>`,
    weight === null ? undefined : total === null ? weight : `${weight} of ${total}`,
    draining > 0 ? html`<span class="draining">${draining} draining</span>` : (sessions ?? undefined),
    queue ?? undefined,
    told === null ? undefined : html`<b>${told}</b> ${since(from, time)}`,
    html`${isSilent ? html`<span class="silent">! silent: </span>` : undefined}${askedText(age, interval)}`,
  ];
  return html`<tr role="row">${rowHeading(row)}${cells.map(cellHtml)}</tr>
`;
}

function rowHeading({ service, port, via, name }: AskedRow['row']): Html {
  const way = via === 'agent' ? html` <span class="via">agent</span>` : undefined;
  const server = name === null ? undefined : html` <span class="dim">${shortened(name, NAME_LENGTH, '…')}</span>`;
  return html`<th role="rowheader" scope="row"><a href="/?service=${encodeURIComponent(service)}">${service}</a>${port === 0 ? '' : `:${port}`}${way}${server}</th>`;
}

function cellHtml(cell: Part, at: number): Html {
  // On a narrow screen, where there is no room for columns, style.ts shows the heading before the cell.
  return html`<td role="cell" data-heading="${HEADINGS[at + 1]}">${cell === undefined ? html`<span class="dim">–</span>` : cell}</td>`;
}

function askedText(age: number, interval: number | null): string {
  const every = interval === null ? '' : `, every ${interval < 10 ? Number(interval.toFixed(1)) : Math.round(interval)} s`;
  return `${formatDuration(age)} ago${every}`;
}
