/** The pages, in the order of the navigation. A later page is one folder, its route, and one line here. */
export const PAGES = [
  { path: '/threads', title: 'Conversations' },
  { path: '/runs', title: 'Runs' },
  { path: '/approvals', title: 'Approvals' },
  { path: '/modules', title: 'Modules' },
  { path: '/models', title: 'Models' },
] as const;
