import { useQuery } from '@tanstack/react-query';

import { answered, api } from '../../api/client';

/** Who did it: you, or the end of the key's id, which is whole on demand. */
export function Who({ id }: { id: string }) {
  const { data } = useQuery({ queryKey: ['me'], queryFn: async () => answered(await api.GET('/v1/me')) });
  if (data?.id === id) return <>you</>;
  return <span title={id}>{id.length > 20 ? `…${id.slice(-8)}` : id}</span>;
}
