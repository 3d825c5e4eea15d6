import { Link } from '@tanstack/react-router';
import { useState } from 'react';

import { Code, languageOf } from '../../design/Code';
import { TextInput } from '../../design/controls';
import { Failure, Loading } from '../../design/states';
import { Choice } from './Choice';
import { useFile, useFiles, useVersions } from './queries';
import { useChosen } from './useChosen';
import { sizeOf } from './words';

const MOST_LISTED = 300;
const FEW = 15;
const FIRST = 'manifest.json';

/** The bytes that run, to be read. */
export function Files({ module, active }: { module: string; active: number }) {
  const { chosen, choose } = useChosen(module, 'files');
  const version = chosen.version ?? active;
  const versions = useVersions(module).data?.items ?? [];
  const { data, error, refetch } = useFiles(module, version);
  const file = chosen.file ?? FIRST;
  return (
    <section aria-label="Files" className="space-y-3">
      <div className="flex flex-wrap items-center gap-3">
        <Choice label="Of" versions={versions} chosen={version} choose={(next) => choose({ version: next })} />
        <a className="text-sm underline" href={`/v1/modules/${module}/versions/${version}/bundle`} download>
          Download all
        </a>
      </div>
      {error !== null && data === undefined && <Failure error={error} retry={() => void refetch()} />}
      {error === null && data === undefined && <Loading />}
      {data !== undefined && (
        <div className="grid gap-4 md:grid-cols-[16rem_minmax(0,1fr)]">
          <Listed module={module} version={version} files={data.items} open={file} />
          <Shown module={module} version={version} path={file} />
        </div>
      )}
    </section>
  );
}

interface ListedProps {
  module: string;
  version: number;
  files: { path: string; size: number }[];
  open: string;
}

function Listed({ module, version, files, open }: ListedProps) {
  const [sought, seek] = useState('');
  const found = files.filter(({ path }) => path.toLowerCase().includes(sought.toLowerCase()));
  return (
    <nav aria-label="Files of this version" className="min-w-0">
      {files.length > FEW && (
        <TextInput type="search" className="mb-2" aria-label="Search files" placeholder="Search" value={sought} onChange={(event) => seek(event.target.value)} />
      )}
      <ul className="max-h-64 overflow-y-auto rounded-card border border-line bg-sheet py-1 md:max-h-[70vh]">
        {found.slice(0, MOST_LISTED).map(({ path, size }) => (
          <li key={path}>
            <Link
              to="/modules/$module/$section"
              params={{ module, section: 'files' }}
              search={{ version, file: path }}
              aria-current={path === open ? 'true' : undefined}
              className={`flex items-baseline gap-2 border-l-2 px-3 py-1 text-xs hover:bg-raised ${path === open ? 'border-ink bg-raised' : 'border-transparent'}`}
            >
              <span className="min-w-0 flex-1 font-mono break-all">{path}</span>
              <span className="whitespace-nowrap text-soft">{sizeOf(size)}</span>
            </Link>
          </li>
        ))}
      </ul>
      {found.length > MOST_LISTED && <p className="mt-1 text-xs text-soft">{found.length - MOST_LISTED} more: search for the one you want.</p>}
    </nav>
  );
}

function Shown({ module, version, path }: { module: string; version: number; path: string }) {
  const { data, error, refetch } = useFile(module, version, path);
  if (error !== null && data === undefined) return <Failure error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Loading />;
  return (
    <div className="min-w-0">
      <h2 className="mb-2 font-mono text-sm break-all">{path}</h2>
      <Code text={data} language={languageOf(path)} label={path} />
    </div>
  );
}
