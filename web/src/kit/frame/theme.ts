import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

/** The library's greys are ours, so that its controls stand in the same ink as the rest. */
const dark: MantineColorsTuple = [
  '#e9edf3',
  '#b3bcc8',
  '#929cab',
  '#727c8a',
  '#3a434f',
  '#262d37',
  '#151a21',
  '#10141a',
  '#0e1116',
  '#090b0f',
];
const gray: MantineColorsTuple = [
  '#f7f8f9',
  '#f1f3f5',
  '#e3e6ea',
  '#d5dae1',
  '#b9c0c9',
  '#7d8590',
  '#626b79',
  '#4a5361',
  '#2b323d',
  '#14181f',
];
const blue: MantineColorsTuple = [
  '#eef2ff',
  '#dbe4ff',
  '#b9c6ee',
  '#8aa6ff',
  '#6b8bf5',
  '#4f74ee',
  '#3a63e2',
  '#2450d8',
  '#1d43b8',
  '#163696',
];

/** What the library mixes from its colours is ours, too: quiet buttons, and those that cannot be pressed. */
const mixed = {
  '--mantine-color-blue-light-color': 'var(--accent)',
  '--mantine-color-red-light-color': 'var(--bad)',
  '--mantine-color-disabled': 'var(--line)',
  '--mantine-color-disabled-color': 'var(--ink-3)',
};

export const ourVariables: CSSVariablesResolver = () => ({ variables: {}, light: mixed, dark: mixed });

const border = { '--input-bd': 'var(--field-line)' };

export const theme = createTheme({
  fontFamily: 'var(--sans)',
  fontFamilyMonospace: 'var(--mono)',
  colors: { dark, gray, blue },
  primaryColor: 'blue',
  primaryShade: { light: 7, dark: 6 },
  defaultRadius: 6,
  black: '#14181f',
  fontSizes: { xs: '12px', sm: '13px', md: '13px', lg: '16px', xl: '21px' },
  lineHeights: { xs: '16px', sm: '20px', md: '20px' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    // Help stands under the control, so that controls side by side stand in one line.
    InputWrapper: { defaultProps: { inputWrapperOrder: ['label', 'input', 'description', 'error'] } },
    Button: { defaultProps: { size: 'xs', variant: 'default' } },
    TextInput: { defaultProps: { size: 'xs' }, styles: { root: border } },
    PasswordInput: { defaultProps: { size: 'xs' }, styles: { root: border } },
    Textarea: { defaultProps: { size: 'xs' }, styles: { root: border } },
    Select: { defaultProps: { size: 'xs', allowDeselect: false }, styles: { root: border } },
    MultiSelect: { defaultProps: { size: 'xs' }, styles: { root: border } },
    TagsInput: { defaultProps: { size: 'xs' }, styles: { root: border } },
    NativeSelect: { defaultProps: { size: 'xs' }, styles: { root: border } },
    // Lists stand in the page while they are open: dozens of closed ones would be drawn and measured for nothing.
    Combobox: { defaultProps: { keepMounted: false } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
    Switch: { defaultProps: { size: 'xs' } },
    Checkbox: { defaultProps: { size: 'xs' } },
    Tooltip: { defaultProps: { openDelay: 300, events: { hover: true, focus: true, touch: true } } },
  },
});
