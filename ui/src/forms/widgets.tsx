import { descriptionId, errorId, type BaseInputTemplateProps, type EnumOptionsType, type WidgetProps } from '@rjsf/utils';
import { clsx } from 'clsx';

import { TextInput } from '../design/controls';
import { CONTROL, TEXT_AREA } from './looks';
import { useUnseenName } from './unseen';

/** Longer texts than this are written in an area and not in a line. */
const A_LINE = 200;

/** What belongs to every control: a name that is not seen, whether it is wrong, and where that and its description stand. */
function useSpoken({ id, rawErrors = [], schema, required = false }: Pick<WidgetProps, 'id' | 'rawErrors' | 'schema' | 'required'>) {
  const name = useUnseenName();
  const wrong = rawErrors.length > 0;
  const by = [wrong && errorId(id), Boolean(schema.description) && descriptionId(id)].filter(Boolean).join(' ');
  return {
    ...name,
    id,
    'aria-invalid': wrong || undefined,
    'aria-required': required || undefined,
    'aria-describedby': by === '' ? undefined : by,
  };
}

export function Input(props: BaseInputTemplateProps) {
  const { disabled, readonly, onChange, schema, type, hideLabel, label } = props;
  const value: unknown = props.value;
  const common = {
    ...useSpoken(props),
    ...(hideLabel === true && { 'aria-label': label }),
    value: wordOf(value),
    disabled: disabled === true || readonly === true,
    placeholder: wordOf(schema.default) === '' ? undefined : `${wordOf(schema.default)} if left empty`,
    onChange: (event: { target: { value: string } }) => onChange(event.target.value === '' ? undefined : event.target.value),
  };
  if ((schema.maxLength ?? 0) > A_LINE) {
    return <textarea rows={3} className={clsx(TEXT_AREA, 'placeholder:text-soft')} {...common} />;
  }
  const numeric = type === 'number' || ['number', 'integer'].some((each) => [schema.type].flat().includes(each as 'number'));
  return (
    <TextInput
      // A number is typed as text, so that what is none stays there to be mended and a wheel changes nothing.
      type={schema.format === 'date' ? 'date' : type === 'password' ? 'password' : 'text'}
      inputMode={numeric ? 'decimal' : undefined}
      autoComplete="off"
      spellCheck={false}
      {...common}
    />
  );
}

const Text = (props: WidgetProps) => <Input {...(props as BaseInputTemplateProps)} />;

export function Select(props: WidgetProps) {
  const { options, disabled, readonly, onChange, label, hideLabel, name, schema, required } = props;
  const choices = options.enumOptions ?? [];
  const chosen = choices.findIndex((each) => same(each.value, props.value));
  const ofKinds = /__(one|any)of_select$/.test(name);
  return (
    <select
      {...useSpoken(props)}
      {...((hideLabel === true || ofKinds) && { 'aria-label': ofKinds ? `Kind of ${label.replace(/__\w+_select$/, '')}` : label })}
      className={CONTROL}
      value={chosen}
      disabled={disabled === true || readonly === true}
      onChange={(event) => onChange(choices[Number(event.target.value)]?.value)}
    >
      {!ofKinds && <option value={-1}>{emptyChoice(schema.default, required === true)}</option>}
      {choices.map((each, place) => (
        <option key={JSON.stringify(each.value)} value={place}>
          {labelOf(each)}
        </option>
      ))}
    </select>
  );
}

function emptyChoice(fallback: unknown, required: boolean): string {
  if (wordOf(fallback) !== '') return `${wordOf(fallback)} if left open`;
  return required ? 'Choose…' : 'Not set';
}

export function Check(props: WidgetProps) {
  const { disabled, readonly, onChange, label, schema, id } = props;
  return (
    <div className="text-sm">
      <label className="flex min-h-9 items-center gap-2">
        <input
          type="checkbox"
          {...useSpoken(props)}
          className="size-4 accent-ink"
          checked={props.value === true}
          disabled={disabled === true || readonly === true}
          onChange={(event) => onChange(event.target.checked)}
        />
        <span className="font-medium">{label}</span>
      </label>
      {schema.description !== undefined && (
        <p id={descriptionId(id)} className="text-soft">
          {schema.description}
        </p>
      )}
    </div>
  );
}

/** Several of a list: one box each, in a frame that scrolls where there are many. */
export function Checks(props: WidgetProps) {
  const { id, options, disabled, onChange, label } = props;
  const choices = options.enumOptions ?? [];
  const chosen: unknown[] = Array.isArray(props.value) ? props.value : [];
  const isChosen = (each: EnumOptionsType) => chosen.some((one) => same(one, each.value));
  return (
    <div
      role="group"
      {...useSpoken(props)}
      aria-required={undefined}
      aria-invalid={undefined}
      aria-label={label}
      className="grid max-h-52 grid-cols-[repeat(auto-fill,minmax(min(15rem,100%),1fr))] gap-x-4 overflow-y-auto rounded-field border border-line bg-sheet px-2.5 py-1.5 text-sm"
    >
      {choices.map((each, place) => (
        <label key={JSON.stringify(each.value)} className="flex min-h-7 items-center gap-2 break-all">
          <input
            type="checkbox"
            name={`${id}-${place}`}
            className="size-4 shrink-0 accent-ink"
            checked={isChosen(each)}
            disabled={disabled}
            onChange={() => onChange(choices.filter((one) => isChosen(one) !== (one === each)).map((one) => one.value as unknown))}
          />
          {labelOf(each)}
        </label>
      ))}
    </div>
  );
}

function labelOf({ value, label }: EnumOptionsType): string {
  return label || (value === null ? 'null' : JSON.stringify(value));
}

/** A single value as it is typed; nothing for what is no single value. */
function wordOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

function same(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

export const WIDGETS = {
  SelectWidget: Select,
  RadioWidget: Select,
  CheckboxWidget: Check,
  CheckboxesWidget: Checks,
  ...Object.fromEntries(
    ['Text', 'Textarea', 'Date', 'DateTime', 'Time', 'Color', 'File', 'Email', 'URL', 'UpDown', 'Range'].map((kind) => [`${kind}Widget`, Text]),
  ),
};
