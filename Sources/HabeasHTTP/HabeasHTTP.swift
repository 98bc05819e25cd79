// HabeasHTTP: routes, authentication, pages, downloads. It must never hold SQL, C, or a rule of law.
