import { readdirSync, readFileSync } from 'node:fs';
import type { DefaultTheme } from 'vitepress';

const docs = new URL('../../../docs/', import.meta.url);

const page = (text: string, link: string): DefaultTheme.SidebarItem => ({ text, link: `/${link}` });

/** The pages in the order in which a new reader needs them. */
const groups: DefaultTheme.SidebarItem[] = [
  {
    text: 'Begin',
    items: [
      page('What it is', 'index'),
      page('Getting started', 'docs/getting-started'),
      page('Examples', 'examples/README'),
      page('Migrating', 'docs/migrating'),
      page('Glossary', 'docs/glossary'),
    ],
  },
  {
    text: 'In the page',
    items: [
      page('The shim', 'docs/shim'),
      page('Transports and engines', 'docs/transports'),
      page('SockJS', 'docs/sockjs'),
      page('Flash', 'docs/flash'),
      page('Libraries and applications', 'docs/compatibility'),
    ],
  },
  {
    text: 'Behind the gateway',
    items: [
      page('A whole application', 'docs/app'),
      page('Routes and backends', 'docs/backends'),
      page('STOMP', 'docs/stomp'),
      page('Logins', 'docs/logins'),
    ],
  },
  {
    text: 'Operating',
    items: [
      page('Operating a gateway', 'docs/operating'),
      page('Configuration', 'docs/configuration'),
      page('Deployment', 'deploy/README'),
      page('Front proxies', 'docs/front-proxies'),
      page('Security', 'docs/security'),
      page('Monitoring', 'docs/monitoring'),
      page('Several processes', 'docs/cluster'),
      page('Benchmarks', 'docs/benchmarks'),
    ],
  },
  {
    text: 'When something is wrong',
    items: [
      page('Troubleshooting', 'docs/troubleshooting'),
      page('Why was I downgraded?', 'docs/downgrades'),
      page('Errors and close statuses', 'docs/errors'),
      page('Log lines', 'docs/log-lines'),
      page('Refusals', 'docs/refusals'),
    ],
  },
  {
    text: 'Reference',
    items: [
      page('API', 'docs/api'),
      page('The protocol', 'gateway/PROTOCOL'),
      page('SockJS on the wire', 'gateway/SOCKJS'),
    ],
  },
  {
    text: 'The project',
    items: [
      page('Architecture', 'ARCHITECTURE'),
      page('Contributing', 'CONTRIBUTING'),
      page('Changelog', 'CHANGELOG'),
      page('Security policy', 'SECURITY'),
    ],
  },
];

const listed = JSON.stringify(groups);

/** Pages of docs/ that no group has yet. */
const others = readdirSync(docs)
  .filter((name) => name.endsWith('.md') && !listed.includes(`"/docs/${name.slice(0, -3)}"`))
  .map((name) => {
    const [, title = name] = /^# (.*)$/m.exec(readFileSync(new URL(name, docs), 'utf8')) ?? [];
    return page(title, `docs/${name.slice(0, -3)}`);
  });

export const sidebar = others.length === 0 ? groups : [...groups, { text: 'More', items: others }];
