import './design/tokens.css';

import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { connect, queries } from './connection/feed';
import { router } from './shell/router';
import { followTheme } from './shell/theme';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
followTheme();
connect();
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
