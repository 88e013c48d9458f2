/** One line of a choice list. */
export interface Choice<Value extends string> {
  value: Value;
  label: string;
}
