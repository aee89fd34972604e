/** One measured figure, and what it is to reach. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly reach: string;
}

export const formatFigure = ({ name, value, unit, reach }: Figure): string => `| ${name} | ${value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(1)} ${unit} | ${reach} |`;
