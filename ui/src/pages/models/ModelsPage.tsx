import { Link, useParams } from '@tanstack/react-router';

import { intoView, sectionLook } from '../../design/sections';
import { Empty } from '../../design/states';
import { keepFocus } from './keptFocus';
import { PLACES, type Place } from './places';
import { ProvidersPlace } from './ProvidersPlace';
import { RoutingPlace } from './RoutingPlace';
import { SpendPlace } from './SpendPlace';

/** Which models there are, who answers what, and what it costs. */
export default function ModelsPage() {
  const { place = 'providers' } = useParams({ strict: false });
  return (
    <div className="h-full overflow-y-auto">
      <div className="mx-auto max-w-5xl px-3 pt-6 sm:px-6">
        <h1 className="text-xl font-semibold">Models</h1>
        <nav aria-label="About models" className="mt-4 flex gap-x-1 overflow-x-auto border-b border-line">
          {PLACES.map((each) => (
            <Link
              key={each.place}
              {...(each.place === 'providers' ? { to: '/models' } : { to: '/models/$place', params: { place: each.place } })}
              aria-current={each.place === place ? 'page' : undefined}
              ref={each.place === place ? intoView : undefined}
              className={sectionLook(each.place === place)}
            >
              {each.title}
            </Link>
          ))}
        </nav>
        <div ref={keepFocus} className="py-6">
          <Content place={place as Place} />
        </div>
      </div>
    </div>
  );
}

function Content({ place }: { place: Place }) {
  switch (place) {
    case 'providers':
      return <ProvidersPlace />;
    case 'routing':
      return <RoutingPlace />;
    case 'spend':
      return <SpendPlace />;
    default:
      return <Empty title="There is no such place.">Choose one above.</Empty>;
  }
}
