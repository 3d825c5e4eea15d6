import {
  ADDITIONAL_PROPERTY_FLAG,
  canExpand,
  descriptionId,
  errorId,
  type ArrayFieldItemTemplateProps,
  type ArrayFieldTemplateProps,
  type CyclicSchemaExpandProps,
  type DescriptionFieldProps,
  type FieldErrorProps,
  type FieldTemplateProps,
  type MultiSchemaFieldTemplateProps,
  type ObjectFieldTemplateProps,
  type TemplatesType,
} from '@rjsf/utils';
import { clsx } from 'clsx';
import type { ReactNode } from 'react';

import { Button, TextInput } from '../design/controls';
import { UnseenName } from './unseen';
import { Input } from './widgets';

/** One field: its name, what it is for, the control, what is wrong with it. */
function FieldTemplate(props: FieldTemplateProps) {
  const { id, label, children, errors, description, rawDescription, hidden, required, displayLabel, fieldPathId, schema } = props;
  if (hidden === true) return null;
  if (schema.type === 'null') return <p className="text-sm text-soft">{label}: nothing</p>;
  const isItem = typeof fieldPathId.path.at(-1) === 'number';
  const isAdditional = ADDITIONAL_PROPERTY_FLAG in schema;
  const isLabelled = displayLabel === true && !isItem && !isAdditional;
  const unseen = displayLabel === true && !isLabelled ? itemName(label) : undefined;
  const field = (
    <div className="min-w-0 flex-1">
      {isLabelled && (
        <label htmlFor={id} className="block text-sm font-medium">
          {label}
          {required === true && <Required />}
        </label>
      )}
      {displayLabel === true && rawDescription !== undefined && rawDescription !== '' && description}
      <div className={clsx(isLabelled && 'mt-1')}>
        <UnseenName value={unseen}>{children}</UnseenName>
      </div>
      {errors}
    </div>
  );
  return isAdditional ? <Additional {...props}>{field}</Additional> : field;
}

function Required() {
  return <span className="font-normal text-soft"> · required</span>;
}

/** rjsf names items `tags-1`. */
function itemName(label: string): string {
  return label.replace(/-(\d+)$/, ' $1');
}

/** A member that a person added: its name can be changed, and it can be removed. */
function Additional({ id, label, onKeyRenameBlur, onRemoveProperty, children }: FieldTemplateProps & { children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-start gap-2 sm:flex-nowrap">
      <TextInput className="sm:w-48" aria-label={`Name of ${label}`} id={`${id}-key`} defaultValue={label} onBlur={onKeyRenameBlur} />
      {children}
      <Button weight="quiet" aria-label={`Remove ${label}`} onClick={onRemoveProperty}>
        Remove
      </Button>
    </div>
  );
}

function Description({ id, description }: DescriptionFieldProps) {
  if (description === '') return null;
  return (
    <p id={id} className="max-w-prose text-sm break-words whitespace-pre-line text-soft">
      {description}
    </p>
  );
}

function Errors({ errors = [], fieldPathId }: FieldErrorProps) {
  if (errors.length === 0) return null;
  return (
    <div id={errorId(fieldPathId)} className="mt-1 text-sm text-red">
      {errors.map((error, place) => (
        <p key={place}>{error}</p>
      ))}
    </div>
  );
}

const INNER = 'min-w-0 space-y-2 border-l-2 border-line pl-3';

function ObjectTemplate({ title, description, properties, required, schema, uiSchema, formData, disabled, fieldPathId, onAddProperty }: ObjectFieldTemplateProps) {
  const isWhole = fieldPathId.path.length === 0;
  const members = (
    <>
      {properties.map(({ content }) => content)}
      {canExpand(schema, uiSchema, formData) && (
        <Button disabled={disabled} onClick={onAddProperty}>
          Add a member{isWhole ? '' : ` to ${title}`}
        </Button>
      )}
    </>
  );
  // The whole is the form itself, no group within it.
  if (isWhole) return <div className="min-w-0 space-y-4">{members}</div>;
  return (
    <fieldset id={fieldPathId.$id} className={INNER}>
      {title !== '' && <Legend title={title} required={required === true} />}
      {description !== undefined && description !== '' && (
        <p className="max-w-prose text-sm break-words whitespace-pre-line text-soft">{description}</p>
      )}
      {members}
    </fieldset>
  );
}

function ArrayTemplate({ title, items, canAdd, onAddClick, required, schema, disabled, fieldPathId }: ArrayFieldTemplateProps) {
  return (
    <fieldset id={fieldPathId.$id} className={INNER}>
      <Legend title={title} required={required === true} />
      {schema.description !== undefined && <Description {...described(fieldPathId.$id, schema.description)} />}
      {items}
      {canAdd === true && (
        <Button disabled={disabled} onClick={onAddClick}>
          Add to {title}
        </Button>
      )}
    </fieldset>
  );
}

function described(id: string, description: string): DescriptionFieldProps {
  return { id: descriptionId(id), description } as DescriptionFieldProps;
}

function Legend({ title, required }: { title: string; required: boolean }) {
  return (
    <legend className="mb-0 text-sm font-medium">
      {itemName(title)}
      {required && <Required />}
    </legend>
  );
}

function ItemTemplate({ children, hasToolbar, buttonsProps, index }: ArrayFieldItemTemplateProps) {
  return (
    <div className="flex items-start gap-2">
      <div className="min-w-0 flex-1">{children}</div>
      {hasToolbar && buttonsProps.hasRemove && (
        <Button weight="quiet" aria-label={`Remove entry ${index + 1}`} disabled={buttonsProps.disabled} onClick={buttonsProps.onRemoveItem}>
          Remove
        </Button>
      )}
    </div>
  );
}

function ChoiceTemplate({ selector, optionSchemaField }: MultiSchemaFieldTemplateProps) {
  return (
    <div className="space-y-2">
      {selector}
      {optionSchemaField}
    </div>
  );
}

/** A schema within itself is filled in as deep as somebody wants. */
function CyclicTemplate({ name, onExpand, fieldPathId }: CyclicSchemaExpandProps) {
  return (
    <Button weight="quiet" onClick={() => onExpand(fieldPathId.$id)}>
      Fill in {itemName(name)}…
    </Button>
  );
}

const Plain = ({ children }: { children?: ReactNode }) => <>{children}</>;

export const TEMPLATES: Partial<Omit<TemplatesType, 'ButtonTemplates'>> = {
  FieldTemplate,
  ObjectFieldTemplate: ObjectTemplate,
  ArrayFieldTemplate: ArrayTemplate,
  ArrayFieldItemTemplate: ItemTemplate,
  BaseInputTemplate: Input,
  CyclicSchemaExpandTemplate: CyclicTemplate,
  DescriptionFieldTemplate: Description,
  FieldErrorTemplate: Errors,
  MultiSchemaFieldTemplate: ChoiceTemplate,
  WrapIfAdditionalTemplate: Plain,
};
