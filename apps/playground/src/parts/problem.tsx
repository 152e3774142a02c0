import { createContext, use, useEffect } from 'react';

/** An error of the service in its own words, and the field of the page that it is about. */
export interface Problem {
  message: string;
  /** As `fieldAt` names it; undefined where it is about no field in particular. */
  field: string | undefined;
}

export const ProblemContext = createContext<Problem | undefined>(undefined);

/** Attributes of the control that a problem may be about: what describes it, and where the focus goes. */
export function useField(field: string) {
  const problem = use(ProblemContext);
  const wrong = problem?.field === field;
  return {
    'data-field': field,
    ...(wrong ? { 'aria-invalid': true, 'aria-describedby': problemId(field) } : {}),
  } as const;
}

/** The words of a problem with this field, beside it. */
export function FieldProblem({ field }: { field: string }) {
  const problem = use(ProblemContext);
  if (problem?.field !== field) return null;
  return (
    <p className="problem" id={problemId(field)} role="alert">
      {problem.message}
    </p>
  );
}

/** Takes whoever sent a request to the field that is wrong with it. */
export function useFocusOnProblem(problem: Problem | undefined): void {
  useEffect(() => {
    if (problem?.field === undefined) return;
    const control = document.querySelector<HTMLElement>(`[data-field="${CSS.escape(problem.field)}"]`);
    control?.focus();
    control?.scrollIntoView({ block: 'center' });
  }, [problem]);
}

const problemId = (field: string) => `problem-${field.replaceAll('/', '-')}`;
