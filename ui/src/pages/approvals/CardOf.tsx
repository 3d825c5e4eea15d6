import { lazy, Suspense } from 'react';

import { persistently } from '../../connection/persistently';
import { Failure, Loading } from '../../design/states';
import { useApproval } from './queries';

const Card = lazy(persistently(() => import('./Card')));

/** The card by its id: a function of the approval's row, whatever the stream said. Loaded where there is one. */
export function CardOf({ approval }: { approval: string }) {
  const { data, error, refetch } = useApproval(approval);
  if (data === undefined) return error === null ? <Loading rows={1} /> : <Failure error={error} retry={() => void refetch()} />;
  return (
    <Suspense fallback={<Loading rows={1} />}>
      <Card approval={data} />
    </Suspense>
  );
}
