import tseslint from 'typescript-eslint';
import project from '../../eslint.config.mjs';

// The project's own rules for files that do not exist, which therefore have no types.
export default tseslint.config(...project, tseslint.configs.disableTypeChecked, {
  languageOptions: { parserOptions: { project: null } },
});
