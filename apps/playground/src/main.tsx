import { createRoot } from 'react-dom/client';
import '@fontsource-variable/bricolage-grotesque/wght.css';
import './styles/tokens.css';
import './styles/frame.css';
import './styles/controls.css';
import './styles/composer.css';
import './styles/stage.css';
import './styles/tiles.css';
import './styles/wall.css';
import { App } from './app.tsx';
import { restoreTheme } from './parts/theme-button.tsx';

restoreTheme();
createRoot(document.getElementById('root')!).render(<App />);
