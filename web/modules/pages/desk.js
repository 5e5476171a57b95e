/** Run the queue of the desk: single keys that open its lists, and can be turned off. */

import { keepKeys } from "../cases/keys.js";

keepKeys(document.getElementById("keys-switch"));
