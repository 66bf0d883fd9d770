/** The version of hacheck, in `hactl --version`, `/status` and the probe's User-Agent. A spec holds it equal to package.json's. */
export const VERSION = '1.0.0';
