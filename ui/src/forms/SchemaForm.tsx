import { Component, lazy, Suspense, useState, type ReactNode } from 'react';

import { persistently } from '../connection/persistently';
import { Button } from '../design/controls';
import { Loading } from '../design/states';
import { JsonForm } from './JsonForm';
import { isRecord, type FormProps, type Schema, type Value } from './shape';

const RenderedForm = lazy(persistently(() => import('./RenderedForm')));

/** A form for what a JSON Schema describes; as JSON where a form cannot express it, or where a person prefers that. */
export function SchemaForm({ schema, value = {}, children, ...rest }: FormProps) {
  const [typed, type] = useState<Value>(value);
  const [asText, show] = useState(!isExpressible(schema));
  const beside = (
    <>
      {children}
      {isExpressible(schema) && (
        <Button weight="quiet" className="ml-auto" onClick={() => show(!asText)}>
          {asText ? 'As a form' : 'As JSON'}
        </Button>
      )}
    </>
  );
  const text = (
    <JsonForm schema={schema} value={typed} onChange={type} {...rest}>
      {beside}
    </JsonForm>
  );
  if (asText) return text;
  return (
    <Otherwise show={text}>
      <Suspense fallback={<Loading rows={2} />}>
        <RenderedForm schema={schema} value={typed} onChange={type} {...rest}>
          {beside}
        </RenderedForm>
      </Suspense>
    </Otherwise>
  );
}

function isExpressible(schema: Schema): boolean {
  return schema['type'] === 'object' || isRecord(schema['properties']);
}

/** A schema may be stranger than any form: then it is filled in as JSON. */
class Otherwise extends Component<{ show: ReactNode; children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    return this.state.failed ? this.props.show : this.props.children;
  }
}
