import { Button } from '../../design/controls';
import { useStandIn } from './queries';

interface StandInProps {
  hosts: string[];
  reach: (binding: Record<string, string>) => void;
}

/** The examples can be tried without their services. */
export function StandIn({ hosts, reach }: StandInProps) {
  const { data: standIn } = useStandIn();
  const played = hosts.filter((host) => standIn?.plays.includes(host));
  if (standIn == null || played.length === 0) return null;
  return (
    <div className="mt-2 flex flex-wrap items-center gap-x-3 gap-y-1">
      <Button onClick={() => reach(Object.fromEntries(played.map((host) => [host, standIn.address])))}>Use the stand-in</Button>
      <span className="min-w-0 flex-1 basis-48 text-soft">NEXUS itself plays this service, without a network: its data is invented.</span>
    </div>
  );
}
